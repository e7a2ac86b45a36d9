package mem

import (
	"errors"
	"time"
)

var (
	// ErrGone says that there is no such process, or no more.
	ErrGone = errors.New("no such process")
	// ErrDenied says that the process belongs to somebody else.
	ErrDenied = errors.New("not permitted")
	// ErrNoMemory says that a process has no memory of its own.
	ErrNoMemory = errors.New("it has no memory of its own: a kernel thread, or a zombie")
)

// A Usage is what one process used at one moment. Sizes are in bytes, counts since the
// process began.
type Usage struct {
	PID     int
	Name    string
	Threads int

	VSZ       uint64 // address space
	RSS       uint64 // in memory
	PSS       uint64 // in memory, shared pages divided by those who share them
	USS       uint64 // in memory of this process alone: what its end would free
	Shared    uint64 // in memory of others too
	Swap      uint64
	Anonymous uint64 // in memory and in no file
	Copied    uint64 // copied on write: pages of private file mappings that were written to
	Heap      uint64 // in memory, of where the program allocates
	HeapSize  uint64 // the address space of that
	Stack     uint64 // in memory, of the first thread's stack
	StackSize uint64

	MinorFaults uint64 // pages given without reading from a disk
	MajorFaults uint64 // pages that were waited for
	Voluntary   uint64 // switches because a thread waited; of the threads that live
	Involuntary uint64 // switches because its time was over

	start uint64 // tells it from another process with its number
	maps  []Mapping
}

// addMaps takes the figures that only the mappings have.
func (u *Usage) addMaps(maps []Mapping) {
	u.maps = maps
	for i := range maps {
		m := &maps[i]
		if m.Heap() {
			u.Heap += m.RSS
			u.HeapSize += m.Size()
		}
		if m.Stack() {
			u.Stack += m.RSS
			u.StackSize += m.Size()
		}
		if m.File() && m.Private() {
			u.Copied += m.Anonymous
		}
	}
}

// A Look is one process, at the end of the interval and, if there was one, at its begin.
type Look struct {
	Usage
	Before *Usage // nil without an interval
	Span   time.Duration
}

// Maps returns the mappings at the end.
func (l *Look) Maps() []Mapping { return l.maps }

// grown is how much a size grew over the interval.
func (l *Look) grown(of func(*Usage) uint64) float64 {
	return float64(of(&l.Usage)) - float64(of(l.Before))
}

// rate is how many of something there were in a second of the interval. Counts of threads
// that ended are lost, so it may be less than it was, never less than none.
func (l *Look) rate(of func(*Usage) uint64) float64 {
	return max(0, l.grown(of)) / l.Span.Seconds()
}
