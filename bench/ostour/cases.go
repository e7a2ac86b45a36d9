package ostour

import (
	"strconv"

	"github.com/shmengine/shmengine/bench/report"
)

// Suite is the name of this suite in reports.
const Suite = "os"

// A subject is one case: what is measured, in which ways. The first system is the baseline.
type subject struct {
	name    string
	what    string
	proof   string // that it was this which was measured
	systems []string
	means   func(c *CaseReport) string // one sentence for the reader's program
}

// Names that more than one place needs.
const (
	small   = "4KiB"
	huge    = "huge"
	dense   = "dense"
	pthread = "pthread"
	vfork   = "vfork"
	first   = "first"
	again   = "again"

	tlb = "tlb/" // and a number of pages
)

// tlbPages are the points of the curve: pages that are visited in turn.
var tlbPages = []int{16, 32, 48, 64, 96, 128, 256, 512, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 16384}

// subjects returns all cases in the order of the report.
func subjects() []subject {
	list := []subject{
		{
			"touch", "the first touch of memory that was only asked for, per 4 KiB", "page faults",
			[]string{small, "shm", "fallocated", "populate", huge}, touchMeans,
		},
		{
			"cow", "the first write to a page of a private mapping (what a fork child pays too), per 4 KiB", "page faults, and the file unchanged",
			[]string{"copy", "fault"}, cowMeans,
		},
		{
			"heap", "memory that is asked for in blocks of 1 MiB and written, per 4 KiB", "page faults",
			[]string{"mmap", "brk", "go"}, heapMeans,
		},
		{
			"stack", "a stack that grows, per 4 KiB", "the stack's mapping in /proc, and the depth reached",
			[]string{"main", "goroutines"}, stackMeans,
		},
	}
	for _, n := range tlbPages {
		list = append(list, subject{tlb + strconv.Itoa(n), "", "the chase comes home", []string{dense, small, huge}, nil})
	}
	return append(list, subjectsOfCPUs()...)
}

func subjectsOfCPUs() []subject {
	return []subject{
		{
			"line", "a cache line that two CPUs write in turn, there and back", "the counter",
			[]string{"two-cpus"}, lineMeans,
		},
		{
			"create", "something that runs, from asking for it until it has ended and been waited for", "thread ids that differ, exit codes",
			[]string{"goroutines", "thread", pthread, vfork, "fork", "exec", "engine"}, createMeans,
		},
		{
			"switch", "a byte handed to one who sleeps, one way", "switches",
			[]string{"none", "goroutines", "threads", "processes", "other-cpu"}, switchMeans,
		},
		{
			"usage", "a loop that touches memory, per 4 KiB, and whose time it was", "page faults",
			[]string{first, again}, usageMeans,
		},
		{
			"call", "a call that does nothing", "the answer",
			[]string{"function", "getppid", "getppid-go"}, callMeans,
		},
		{
			"clock", "a reading of the monotonic clock", "it goes forward",
			[]string{"time.Now", "system-call"}, clockMeans,
		},
	}
}

// Cases returns the names of all cases.
func Cases() (names []string) {
	for _, s := range subjects() {
		names = append(names, s.name)
	}
	return names
}

// Systems returns the names of the systems of all cases.
func Systems() (names []string) {
	seen := map[string]bool{}
	for _, s := range subjects() {
		for _, name := range s.systems {
			if !seen[name] {
				seen[name], names = true, append(names, name)
			}
		}
	}
	return names
}

// chosen returns the cases that a pattern stands for.
func chosen(pattern string) (list []subject) {
	for _, s := range subjects() {
		if report.Matches(pattern, s.name) {
			list = append(list, s)
		}
	}
	return list
}
