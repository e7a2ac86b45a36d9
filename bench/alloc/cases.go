package alloc

import (
	"slices"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

// Suite is the name of this suite in reports.
const Suite = "alloc"

// Names of the systems, as reports have them.
const (
	Shmarena  = "shmarena"   // arenas, arrays and maps of ours, in two processes
	Go        = "go"         // make and the collector; a map with a RWMutex
	Mmap      = "mmap"       // memfd_create, mmap and munmap, from Go
	CMalloc   = "c-malloc"   // malloc and free of the C library: the memory is not cleared
	CCalloc   = "c-calloc"   // calloc and free: it is, as it is of shmarena, Go and mmap
	SyncMap   = "sync-map"   // sync.Map
	PyShm     = "py-shm"     // multiprocessing.shared_memory
	PyManager = "py-manager" // multiprocessing.Manager().dict()
)

var systems = []string{Shmarena, Go, Mmap, CMalloc, CCalloc, SyncMap, PyShm, PyManager}

// Systems returns the names of all systems.
func Systems() []string { return slices.Clone(systems) }

// Kinds are what a worker can be asked for.
const (
	kindCreate = "create" // a segment is made and given back
	kindFill   = "fill"   // it is also written to its end
	kindAttach = "attach" // one that is there is attached and left again
	kindPair   = "pair"   // blocks are made, checked and given back
	kindCross  = "cross"  // one party makes them, the other gives them back
	kindGet    = "get"    // of a map
	kindSet    = "set"
	kindBusy   = "busy" // numbers are added up, with nothing shared
)

// Metrics, in the order of the report.
const (
	nsPerOp = "ns_per_op"
	opsPerS = "ops_per_s"
)

var metrics = []string{nsPerOp, opsPerS}

// A contest is one thing that is measured.
type contest struct {
	name      string
	kind      string
	parties   int
	bytes     int64    // of a block or segment
	systems   []string // that can do it
	baselines []string // the first of them that takes part is the baseline
	what      string   // one line for people
}

var (
	ofSegments = []string{Mmap}
	ofHeaps    = []string{CMalloc, Go}
	ofMaps     = []string{Go}
)

var contests = []contest{
	{"create/1MiB", kindCreate, 1, 1 << 20, []string{Shmarena, Go, Mmap, CMalloc, CCalloc, PyShm}, ofSegments, "make a segment of 1 MiB, use one word, give it back"},
	{"create-write-close/1MiB", kindFill, 1, 1 << 20, []string{Shmarena, Go, Mmap, CMalloc, CCalloc, PyShm}, ofSegments, "make a segment of 1 MiB, write all of it, give it back"},
	{"attach/256MiB", kindAttach, 1, 256 << 20, []string{Shmarena, Mmap, PyShm}, ofSegments, "attach 256 MiB that another process made, read both ends, leave it"},
	{"pair/64B", kindPair, 1, 64, []string{Shmarena, Go, Mmap, CMalloc, CCalloc, PyShm}, ofHeaps, "one process makes blocks, checks and frees them, 64 at a time"},
	{"pair/4KiB", kindPair, 1, 4 << 10, []string{Shmarena, Go, Mmap, CMalloc, CCalloc, PyShm}, ofHeaps, "one process makes blocks, checks and frees them, 64 at a time"},
	{"pair2/64B", kindPair, 2, 64, []string{Shmarena, Go, Mmap, CMalloc, CCalloc}, ofHeaps, "two at once, on two CPUs, from one heap"},
	{"pair2/4KiB", kindPair, 2, 4 << 10, []string{Shmarena, Go, Mmap, CMalloc, CCalloc}, ofHeaps, "two at once, on two CPUs, from one heap"},
	{"crossfree/64B", kindCross, 2, 64, []string{Shmarena, Go, CMalloc}, ofHeaps, "one makes blocks, the other, on another CPU, checks and frees them"},
	{"map/get", kindGet, 1, mapKeys, []string{Shmarena, Go, SyncMap, PyManager}, ofMaps, "one reads values by key, in no order, of half of the keys"},
	{"map/set", kindSet, 1, mapKeys, []string{Shmarena, Go, SyncMap, PyManager}, ofMaps, "one replaces values by key, in no order, of half of the keys"},
	{"map2/set", kindSet, 2, mapKeys, []string{Shmarena, Go, SyncMap, PyManager}, ofMaps, "two at once, on two CPUs, each another half of the keys"},
	{"map2/get", kindGet, 2, mapKeys, []string{Shmarena, Go, SyncMap, PyManager}, ofMaps, "two at once, on two CPUs, each another half of the keys"},
	{"busy/sum", kindBusy, 1, 16, []string{Shmarena, Go}, ofMaps, "one adds numbers up, and touches no memory"},
	{"busy2/sum", kindBusy, 2, 16, []string{Shmarena, Go}, ofMaps, "two at once, on two CPUs: what this machine's second CPU is worth"},
}

// mapKeys is how many keys a map has: numbers of 64 bits, as are the values.
const mapKeys = 1 << 16

// baseline returns the system that the others are compared with; "" if there is
// none.
func (c contest) baseline() string {
	return suite.First(c.baselines, c.systems)
}

// isMap reports whether a contest is one of maps.
func (c contest) isMap() bool { return c.kind == kindGet || c.kind == kindSet }

// unfit says why a system that is not in a contest's list has no part in it.
func (c contest) unfit(system string) string {
	isMap := system == SyncMap || system == PyManager
	switch {
	case isMap:
		return "is a map"
	case c.kind == kindBusy:
		return "has no part in it: a process each, and goroutines, tell what the machine can do"
	case c.isMap():
		return "has no map"
	case c.kind == kindAttach:
		return "no other process can have its memory"
	case system == CCalloc:
		return "is c-malloc here, since its blocks are not read before they are written"
	case system == Mmap:
		return "what one process has mapped no other can unmap"
	}
	return "a segment a block, as in pair: there is no heap to share"
}

// Cases returns the names of all cases.
func Cases() (names []string) {
	for _, c := range contests {
		names = append(names, c.name)
	}
	return names
}

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

// unitOf returns a metric's unit.
func unitOf(metric string) string {
	if metric == opsPerS {
		return "ops/s"
	}
	return "ns"
}
