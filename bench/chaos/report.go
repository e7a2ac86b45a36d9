package chaos

import (
	"fmt"
	"io"
	"time"

	"github.com/shmengine/shmengine/bench/report"
)

// A Report is what was broken, and what came of it.
type Report struct {
	Meta         Meta
	Took         time.Duration
	Jobs         []int    // done, by kind
	Injected     []uint64 // faults that workers carried out: kill, stop, segv, panic
	Hit          []uint64 // and those that the engine saw
	Strikes      int      // kills from outside, of workers in the middle of a partition or task
	Misses       int      // and of those that were met between two, which went on
	Other        uint64   // deaths of another kind
	Retries      uint64
	Deaths       uint64
	Restarts     uint64
	WorkerErrors uint64 // that jobs without retry ended with, as was planned
	Panics       uint64 // that jobs and tasks ended with, as was planned
	Spaces       uint64 // times that there was no memory, as was meant
	Full         string // what became of a full /dev/shm
	Wrong        []string
	Left         []string
}

// missed says which faults the engine has not seen; "" for none. Kills from outside and slow
// partitions come on top of what was injected. One from outside may hit a worker that was about
// to meet another fault, or was stopped: then only the sum is known. Of the panics of a job the first one ends it.
func (r *Report) missed() string {
	ends := r.Injected[kill-1] + r.Injected[stop-1] + r.Injected[segv-1]
	switch {
	case r.Deaths < ends:
		return fmt.Sprintf("(%d of %d deaths were seen)", r.Deaths, ends)
	case r.Meta.Settings.Strikes == 0 && r.Hit[segv-1] < r.Injected[segv-1]:
		return fmt.Sprintf("(%d of %d deaths by SIGSEGV were seen)", r.Hit[segv-1], r.Injected[segv-1])
	case r.Deaths < r.Restarts:
		return fmt.Sprintf("(%d workers were started for %d)", r.Restarts, r.Deaths)
	}
	return ""
}

// Total is how many jobs there were.
func (r *Report) Total() (n int) {
	for _, v := range r.Jobs {
		n += v
	}
	return n
}

// Write prints the summary.
func (r *Report) Write(w io.Writer) error {
	s := r.Meta.Settings
	fmt.Fprintf(w, "chaos: seed %d, %s, %d jobs in %v\n", s.Seed, report.Plural(s.Workers, "worker"), r.Total(), r.Took.Round(time.Millisecond))
	for i, n := range r.Jobs {
		if n > 0 {
			fmt.Fprintf(w, "  %s: %d\n", kindNames[i], n)
		}
	}
	fmt.Fprint(w, "faults injected, and seen by the engine (with those from outside, and the slow):")
	for i, n := range r.Injected {
		fmt.Fprintf(w, " %s %d/%d", fault(i+1), n, r.Hit[i])
	}
	fmt.Fprintln(w)
	if s.Strikes > 0 {
		fmt.Fprintf(w, "kills from outside: %d of workers at work (%d more were met between two pieces, and do not count)\n", r.Strikes, r.Misses)
	}
	fmt.Fprintf(w, "deaths: %d (%d of another kind), workers started in their place: %d, retries: %d\n", r.Deaths, r.Other, r.Restarts, r.Retries)
	fmt.Fprintf(w, "errors that were to be: %d of workers, %d panics, %d times no memory\n", r.WorkerErrors, r.Panics, r.Spaces)
	if r.Full != "" {
		fmt.Fprintln(w, "a full /dev/shm:", r.Full)
	}
	fmt.Fprintf(w, "wrong answers: %d\n", len(r.Wrong))
	for _, text := range r.Wrong {
		fmt.Fprintln(w, "  "+text)
	}
	fmt.Fprintf(w, "left behind: %d\n", len(r.Left))
	for _, text := range r.Left {
		fmt.Fprintln(w, "  "+text)
	}
	_, err := fmt.Fprintln(w, r.Meta.Machine)
	return err
}

func (r *Report) measurements() (list []report.Measurement) {
	one := func(of, metric string, value float64) {
		list = append(list, report.Measurement{Suite: Suite, Case: of, System: "engine", Metric: metric, Value: value, Unit: "1", N: r.Total()})
	}
	for i, n := range r.Jobs {
		one("jobs", kindNames[i], float64(n))
	}
	for i, n := range r.Injected {
		one("injected", fault(i+1).String(), float64(n))
		one("seen", fault(i+1).String(), float64(r.Hit[i]))
	}
	one("outside", "kills", float64(r.Strikes))
	one("engine", "deaths", float64(r.Deaths))
	one("engine", "retries", float64(r.Retries))
	one("engine", "worker_errors", float64(r.WorkerErrors))
	one("engine", "panics", float64(r.Panics))
	one("engine", "no_space", float64(r.Spaces))
	one("result", "wrong", float64(len(r.Wrong)))
	one("result", "left", float64(len(r.Left)))
	return list
}
