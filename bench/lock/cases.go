package lock

import (
	"slices"
	"time"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

// Suite is the name of this suite in reports.
const Suite = "lock"

// Names of the systems, as reports have them.
const (
	Futex   = "futex"          // package futex
	Sync    = "sync"           // package sync, goroutines of one process
	Pthread = "pthread"        // process-shared
	Robust  = "pthread-robust" // process-shared and robust
	Sem     = "sem"            // sem_t, process-shared
	OFD     = "ofd"            // F_OFD_SETLKW
)

// Kinds are what a worker can be asked for; a lock is set for one of them.
const (
	kindAlone   = "alone"   // pairs of a lock for exclusion, in one process
	kindPair    = "pair"    // pairs of a semaphore, in one process
	kindContend = "contend" // pairs with others
	kindTimed   = "timed"   // the same, with each wait recorded
	kindRead    = "read"    // pairs of a lock for reading, with others
	kindRounds  = "rounds"  // of a barrier
	kindWake    = "wake"    // one sleeps, one wakes it
	kindDeath   = "death"   // one owns, one waits, and the owner is killed
)

// Metrics, in the order of the report.
const (
	nsPerOp  = "ns_per_op"
	opsPerS  = "ops_per_s"
	minShare = "min_share"
	p50      = "p50_ns"
	p99      = "p99_ns"
	p999     = "p999_ns"
	maxNs    = "max_ns"
	syscalls = "syscalls_per_op"
	ownerRSS = "owner_rss_bytes"
)

// A contest is one thing that is measured, and who can do it.
type contest struct {
	name    string
	kind    string
	parties int
	systems []string // the first of baselines that is among them is the baseline
	metrics []string // the first is the one that systems are compared by
	what    string   // one line for people
}

var contests = []contest{
	{
		"mutex/uncontended", kindAlone, 1, []string{Futex, Sync, Pthread, Robust, Sem, OFD},
		[]string{nsPerOp, opsPerS, syscalls}, "one process locks, counts and unlocks",
	},
	{
		"mutex/contended", kindContend, 2, []string{Futex, Sync, Pthread, Robust, Sem, OFD},
		[]string{opsPerS, nsPerOp, minShare}, "two processes on two CPUs, thinking between pairs",
	},
	{
		"mutex/oversubscribed", kindTimed, 4, []string{Futex, Sync, Pthread, Robust, Sem, OFD},
		[]string{opsPerS, nsPerOp, minShare, p50, p99, p999, maxNs}, "four processes on two CPUs, thinking between pairs; the wait for each lock",
	},
	{
		"rwmutex/read", kindRead, 2, []string{Futex, Sync, Pthread, OFD},
		[]string{opsPerS, nsPerOp}, "two processes on two CPUs hold the lock for reading, at once",
	},
	{
		"semaphore/pair", kindPair, 1, []string{Futex, Sync, Sem},
		[]string{nsPerOp, opsPerS}, "one process takes, counts and gives back a semaphore of one",
	},
	{
		"event/wake", kindWake, 2, []string{Futex, Sync, Pthread, Sem},
		[]string{p50, p99, maxNs}, "from waking a sleeper, on the other CPU, until it runs",
	},
	{
		"barrier/2", kindRounds, 2, []string{Futex, Pthread},
		[]string{nsPerOp, opsPerS}, "two processes on two CPUs, round after round",
	},
	{
		"mutex/ownerdeath", kindDeath, 2, []string{Futex, Robust, OFD},
		[]string{p50, p99, maxNs, ownerRSS}, "from kill -9 of the owner until a waiter that slept, in another process, has the lock",
	},
}

var baselines = []string{Robust, Pthread, Sync}

// baselineOf returns the system that the others are compared with; "" if there
// is none.
func baselineOf(systems []string) string {
	return suite.First(baselines, systems)
}

// Cases returns the names of all cases.
func Cases() (names []string) {
	for _, c := range contests {
		names = append(names, c.name)
	}
	return names
}

// Systems returns the names of all systems.
func Systems() []string { return []string{Futex, Sync, Pthread, Robust, Sem, OFD} }

// chosen returns the contests whose names match a pattern, with the systems that are
// in a list; an empty one is all. A name's part before the slash stands for all of it.
func chosen(pattern string, only []string) (list []contest) {
	for _, c := range contests {
		c.systems = suite.Narrow(c.systems, only)
		if report.Matches(pattern, c.name) && len(c.systems) > 0 {
			list = append(list, c)
		}
	}
	return list
}

// has reports whether a metric is among the case's.
func (c contest) has(metric string) bool { return slices.Contains(c.metrics, metric) }

// rounds says in how many rounds a case is measured. Those with long windows get
// by with a third.
func (c contest) rounds(reps int) int {
	if c.kind == kindTimed {
		return max(1, reps/3)
	}
	return reps
}

// work says how much one measurement is: so many operations, or so much time.
// scale is 1 for a run of the usual length.
func (c contest) work(system string, scale float64) (ops uint64, window time.Duration) {
	switch c.kind {
	case kindAlone, kindPair:
		ops = 2_000_000
		if system == OFD { // two system calls a pair
			ops /= 50
		}
	case kindWake:
		ops = 200
	case kindDeath:
		ops = 12
	case kindTimed:
		window = time.Second
	default:
		window = 60 * time.Millisecond
	}
	ops = max(uint64(float64(ops)*scale), min(ops, 1))
	window = time.Duration(float64(window) * scale)
	if c.kind == kindTimed {
		window = min(window, time.Second)
	}
	return ops, window
}

// unitOf returns a metric's unit.
func unitOf(metric string) string {
	switch metric {
	case opsPerS:
		return "ops/s"
	case minShare:
		return "1"
	case syscalls:
		return "calls"
	case ownerRSS:
		return "B"
	}
	return "ns"
}
