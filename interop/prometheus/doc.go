// Package prometheus gives the counts of an engine to Prometheus.
//
// What it is. [New] makes a prometheus.Collector of an engine of this process, or of
// anything else that can be looked at, such as an engine of another process by
// engine.LookAt. It is a module of its own, so that a program without Prometheus does
// not get its client library.
//
//	import shmprom "github.com/shmengine/shmengine/interop/prometheus"
//
//	prometheus.MustRegister(shmprom.New(shmprom.Of(e), nil))
//
// What it costs. Nothing between scrapes. A scrape takes one engine.Snapshot: half a
// millisecond for each worker, most of it in /proc; with PSS, see [Options], the kernel
// walks page tables.
//
// Who may call it at once. Everybody: scrapes may run side by side, also after the
// engine was closed, when those of the engine as a whole stay as they were.
//
// What a dead or hostile engine does. If it cannot be looked at, a scrape has
// shmengine_up 0 and nothing else of it: the rest of the registry is not lost. Numbers
// in a hostile arena are shown as they are.
//
// What it does not do. It makes no rates and no histograms: Prometheus does the first,
// and the engine measures no times of single jobs.
package prometheus
