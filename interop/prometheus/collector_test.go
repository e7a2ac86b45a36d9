package prometheus

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/shmarena"
)

func TestMain(m *testing.M) {
	engine.Init()
	os.Exit(m.Run())
}

var sum = engine.NewReducer("prometheus/sum", 0.0,
	func(_ *engine.Task, part []float64) (s float64, _ error) {
		for _, x := range part {
			s += x
		}
		return s, nil
	},
	func(a, b float64) float64 { return a + b })

// work starts an engine with a job and a task behind it.
func work(t testing.TB, cfg engine.Config) *engine.Engine {
	t.Helper()
	cfg.ArenaSize = 16 << 20
	e, err := engine.Start(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	x, err := shmarena.CopyIn(e.Arena(), make([]float64, 3*engine.LeafRows))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sum.Run(context.Background(), e, x); err != nil {
		t.Fatal(err)
	}
	return e
}

// A scrape is well-formed by Prometheus's own rules, and has what the engine counts.
func TestCollector(t *testing.T) {
	for _, cfg := range []engine.Config{{Workers: 2}, {Workers: 2, Mode: engine.Goroutines}} {
		e := work(t, cfg)
		c := New(Of(e), &Options{Labels: prometheus.Labels{"engine": "test"}, PSS: true})
		if problems, err := testutil.CollectAndLint(c); err != nil || len(problems) > 0 {
			t.Errorf("%v, %v", problems, err)
		}
		reg := prometheus.NewPedanticRegistry()
		if err := reg.Register(c); err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		families, err := reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			for _, m := range f.GetMetric() {
				got[f.GetName()] += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
		want := map[string]float64{"shmengine_up": 1, "shmengine_workers": 2, "shmengine_jobs_total": 1, "shmengine_worker_alive": 2, "shmengine_worker_deaths_total": 0}
		for name, v := range want {
			if n, ok := got[name]; !ok || n != v {
				t.Errorf("%s is %v, %v, want %v", name, n, ok, v)
			}
		}
		if rows := got["shmengine_worker_rows_total"]; rows < 2*engine.LeafRows { // the last one may not be counted yet
			t.Errorf("%v rows", rows)
		}
		if cfg.Mode == engine.Processes && (got["shmengine_process_proportional_memory_bytes"] == 0 || got["shmengine_process_threads"] < 6) {
			t.Errorf("%v", got)
		}
	}
}

// An engine that is gone is down; the registry goes on.
func TestCollectorOfNothing(t *testing.T) {
	c := New(Named("no-such-engine-anywhere"), nil)
	want := "# HELP shmengine_up 1 if the engine could be looked at.\n# TYPE shmengine_up gauge\nshmengine_up 0\n"
	if err := testutil.CollectAndCompare(c, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
	broken := New(func(bool) (engine.Snapshot, error) { return engine.Snapshot{}, errors.New("no luck") }, nil)
	if err := testutil.CollectAndCompare(broken, strings.NewReader(want)); err == nil || !strings.Contains(err.Error(), "no luck") {
		t.Errorf("%v", err)
	}
}

// A closed engine keeps its counts.
func TestCollectorAfterClose(t *testing.T) {
	e := work(t, engine.Config{Workers: 1})
	c := New(Of(e), nil)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	want := "# HELP shmengine_jobs_total Runs of kernels begun.\n# TYPE shmengine_jobs_total counter\nshmengine_jobs_total 1\n"
	if err := testutil.CollectAndCompare(c, strings.NewReader(want), "shmengine_jobs_total"); err != nil {
		t.Error(err)
	}
}

func ExampleNew() {
	e, err := engine.Start(context.Background(), engine.Config{Mode: engine.Goroutines, Workers: 2, ArenaSize: 1 << 20})
	if err != nil {
		panic(err)
	}
	defer e.Close()
	registry := prometheus.NewRegistry()
	registry.MustRegister(New(Of(e), nil))
	n, err := testutil.GatherAndCount(registry, "shmengine_worker_rows_total")
	fmt.Println(n, err)
	// Output: 2 <nil>
}
