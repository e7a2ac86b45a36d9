package prometheus

import (
	"errors"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/shmengine/shmengine/engine"
)

// A Source gives snapshots of an engine. It asks for PSS if pss is true.
type Source func(pss bool) (engine.Snapshot, error)

// Of is an engine of this process.
func Of(e *engine.Engine) Source {
	return func(pss bool) (engine.Snapshot, error) { return e.Snapshot(pss), nil }
}

// Named is an engine of another process, by its Config.Name.
func Named(name string) Source {
	return func(pss bool) (engine.Snapshot, error) { return engine.LookAt(name, pss) }
}

// Options of a collector. The zero value, or nil, will do.
type Options struct {
	// Labels are on every metric, to tell engines of one program apart.
	Labels prometheus.Labels
	// PSS asks for the proportional set size, which takes the kernel milliseconds where
	// gigabytes are in memory.
	PSS bool
}

// A Collector is a prometheus.Collector of one engine.
type Collector struct {
	source Source
	pss    bool
	up     *prometheus.Desc
	engine []metric[engine.Snapshot]
	worker []metric[engine.WorkerStats]
	usage  []metric[engine.Usage]
}

// A metric is a description, and where its value is.
type metric[T any] struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	of   func(*T) float64
}

// New makes a collector.
//
// It panics without a source.
func New(source Source, o *Options) *Collector {
	if source == nil {
		panic("prometheus: a collector without a source")
	}
	if o == nil {
		o = &Options{}
	}
	c := &Collector{source: source, pss: o.PSS}
	c.up = prometheus.NewDesc("shmengine_up", "1 if the engine could be looked at.", nil, o.Labels)
	c.engine = describe(engineMetrics, o, nil)
	c.worker = describe(workerMetrics, o, []string{"worker"})
	c.usage = describe(usageMetrics(o.PSS), o, []string{"process"})
	return c
}

// A row is a metric before it is described.
type row[T any] struct {
	name, help string
	kind       prometheus.ValueType
	of         func(*T) float64
}

func describe[T any](rows []row[T], o *Options, labels []string) (ms []metric[T]) {
	for _, r := range rows {
		ms = append(ms, metric[T]{prometheus.NewDesc("shmengine_"+r.name, r.help, labels, o.Labels), r.kind, r.of})
	}
	return ms
}

// Describe sends the descriptions of all metrics.
func (c *Collector) Describe(ch chan<- *prometheus.Desc) {
	ch <- c.up
	for _, m := range c.engine {
		ch <- m.desc
	}
	for _, m := range c.worker {
		ch <- m.desc
	}
	for _, m := range c.usage {
		ch <- m.desc
	}
}

// Collect looks at the engine and sends what it has.
func (c *Collector) Collect(ch chan<- prometheus.Metric) {
	s, err := c.source(c.pss)
	if err != nil {
		up := 0.0
		if !errors.Is(err, engine.ErrNoEngine) { // it may be there
			ch <- prometheus.NewInvalidMetric(c.up, err)
			return
		}
		ch <- prometheus.MustNewConstMetric(c.up, prometheus.GaugeValue, up)
		return
	}
	ch <- prometheus.MustNewConstMetric(c.up, prometheus.GaugeValue, 1)
	send(ch, c.engine, &s)
	c.process(ch, &s.Coordinator, "coordinator")
	for i := range s.Workers {
		w := &s.Workers[i]
		name := strconv.Itoa(w.Worker)
		send(ch, c.worker, w, name)
		c.process(ch, &w.Usage, name)
	}
}

// process sends what the kernel knows of a process, if it is known.
func (c *Collector) process(ch chan<- prometheus.Metric, u *engine.Usage, name string) {
	if u.PID != 0 {
		send(ch, c.usage, u, name)
	}
}

func send[T any](ch chan<- prometheus.Metric, ms []metric[T], from *T, labels ...string) {
	for _, m := range ms {
		ch <- prometheus.MustNewConstMetric(m.desc, m.kind, m.of(from), labels...)
	}
}
