package dispatch

import (
	"slices"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

// Suite is the name of this suite in reports.
const Suite = "dispatch"

// Names of the systems, as reports have them.
const (
	Engine     = "engine"      // worker processes
	EngineHelp = "engine-help" // the same, and who waits computes too
	Goroutines = "goroutines"  // a pool behind channels
	WaitGroup  = "waitgroup"   // goroutines that are started for it
	Pipe       = "pipe"        // worker processes behind pipes
	OpenMP     = "openmp"      // threads of a C program that wait actively
	PyPool     = "py-pool"     // multiprocessing.Pool
	PyExecutor = "py-executor" // concurrent.futures.ProcessPoolExecutor
)

var systems = []string{Engine, EngineHelp, Goroutines, WaitGroup, Pipe, OpenMP, PyPool, PyExecutor}

// Kinds of work; the C program and the Python one know them by these names.
const (
	kindRoundtrip = "roundtrip"
	kindForkJoin  = "forkjoin"
	kindStream    = "stream"
	kindBatch     = "batch"
	kindSum       = "sum"
)

// Metrics, in the order of the report.
const (
	p50       = "p50_ns"
	p99       = "p99_ns"
	tasksPerS = "tasks_per_s"
	bytesPerS = "bytes_per_s"
)

// A contest is one thing that is measured, and who can do it.
type contest struct {
	name    string
	kind    string
	part    int // bytes of a partition
	systems []string
	metrics []string // the first is the one that systems are compared by
	what    string   // one line for people
}

var (
	ofTasks  = []string{Engine, Goroutines, Pipe, PyPool, PyExecutor}
	ofTwo    = []string{Engine, EngineHelp, Goroutines, WaitGroup, Pipe, OpenMP}
	latency  = []string{p50, p99}
	contests = []contest{
		{"task/roundtrip", kindRoundtrip, 0, ofTasks, latency, "one task at a time, by one worker"},
		{"task/stream", kindStream, 0, ofTasks, []string{tasksPerS}, "256 tasks under way, handed over one by one, by one worker"},
		{"task/batch", kindBatch, 0, ofTasks, []string{tasksPerS}, "tasks handed over many at once where that can be, by one worker"},
		{"forkjoin/2", kindForkJoin, 0, ofTwo, latency, "two tasks at once, until both are done"},
		sumOf("4KiB", 4<<10), sumOf("32KiB", 32<<10), sumOf("128KiB", 128<<10), sumOf("2MiB", 2<<20),
	}
)

func sumOf(size string, part int) contest {
	return contest{"parallelfor/" + size, kindSum, part, ofTwo, []string{bytesPerS}, "the sum of an array of numbers, in partitions of " + size}
}

// baseline is who the others are compared with, if it takes part.
func (c contest) baseline() string {
	if slices.Contains(c.systems, Goroutines) {
		return Goroutines
	}
	return ""
}

// Cases returns the names of all cases.
func Cases() (names []string) {
	for _, c := range contests {
		names = append(names, c.name)
	}
	return names
}

// Systems returns the names of all systems.
func Systems() []string { return slices.Clone(systems) }

// chosen returns the contests whose names match a pattern, with the systems that are in
// a list; an empty one is all.
func chosen(pattern string, only []string) (list []contest) {
	for _, c := range contests {
		c.systems = suite.Narrow(c.systems, only)
		if report.Matches(pattern, c.name) && len(c.systems) > 0 {
			list = append(list, c)
		}
	}
	return list
}

// unitOf returns a metric's unit.
func unitOf(metric string) string {
	switch metric {
	case tasksPerS:
		return "tasks/s"
	case bytesPerS:
		return "B/s"
	}
	return "ns"
}
