package engine

import (
	"fmt"
	"hash/fnv"
	"sort"
	"sync"
	"sync/atomic"
)

// Retry says whether a kernel may run twice over the same rows.
type Retry uint8

const (
	// NoRetry kernels are not run again once they began: a worker's death makes
	// Run fail with a [*WorkerError] that says which rows are dirty.
	NoRetry Retry = iota
	// Idempotent kernels give the same result when they are run again over the
	// same inputs. What they change in place is declared [InOut] and restored.
	Idempotent
)

// A runner runs partitions of one kernel, of one job after the other. It is used
// by one goroutine, and keeps its memory: a worker's task loop leaves no garbage.
type runner interface {
	// bind copies the arguments of the job that the next runs are of.
	bind(args []byte)
	// run does the rows of t, leaf by leaf, and stores the partial result, if
	// the kernel has one, in out.
	run(t *Task, out []byte) error
}

// A spec is one registered kernel, its types erased.
type spec struct {
	name    string
	retry   Retry
	plan    plan
	partial uintptr // size of a partial result
	hash    uint64  // of name, retry, argument and result layout
	index   uint32  // among all names in order; set by seal
	fresh   func() runner
	task    func() taskRun // of a Func, instead of fresh
	short   bool           // of a Func: its results are numbers
	large   atomic.Int64   // of a Func: the last result that was larger than expected
}

var registry struct {
	sync.Mutex
	byName map[string]*spec
	sorted []*spec
	hash   uint64
}

// register makes s known by its name. It panics on a second one of that name.
func register(s *spec) *spec {
	if s.name == "" {
		panic("engine: a kernel or function needs a name")
	}
	h := fnv.New64a()
	fmt.Fprint(h, s.name, s.retry, s.plan.hash, s.hash, s.partial)
	s.hash = h.Sum64()

	registry.Lock()
	defer registry.Unlock()
	if registry.sorted != nil {
		panic(fmt.Sprintf("engine: kernel %q is defined after Init: define kernels in package variables", s.name))
	}
	if registry.byName[s.name] != nil {
		panic(fmt.Sprintf("engine: two kernels are named %q", s.name))
	}
	if registry.byName == nil {
		registry.byName = make(map[string]*spec)
	}
	registry.byName[s.name] = s
	return s
}

// seal ends registration and returns the kernels in the order that all
// processes of this program agree on, with the hash that proves it.
func seal() ([]*spec, uint64) {
	registry.Lock()
	defer registry.Unlock()
	if registry.sorted == nil {
		registry.sorted = make([]*spec, 0, len(registry.byName))
		for _, s := range registry.byName {
			registry.sorted = append(registry.sorted, s)
		}
		sort.Slice(registry.sorted, func(i, j int) bool { return registry.sorted[i].name < registry.sorted[j].name })
		h := fnv.New64a()
		for i, s := range registry.sorted {
			s.index = uint32(i)
			fmt.Fprint(h, s.hash, ";")
		}
		fmt.Fprint(h, sealSentinels())
		registry.hash = h.Sum64()
	}
	return registry.sorted, registry.hash
}
