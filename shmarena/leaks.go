package shmarena

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Leak is a block that this process allocated and nobody has freed.
type Leak struct {
	Offset uint64
	Bytes  int64
	Stack  string // who allocated it: a line for each function, the innermost first
}

// LeakError is an [ErrLeak]; it lists the leaks, by offset.
type LeakError struct{ Leaks []Leak }

// Error gives the first few leaks with the functions that made them.
func (e *LeakError) Error() string {
	const shown = 5
	var b strings.Builder
	fmt.Fprintf(&b, "%d blocks were not freed", len(e.Leaks))
	for _, l := range e.Leaks[:min(shown, len(e.Leaks))] {
		fmt.Fprintf(&b, "\n%d bytes at %#x, allocated by\n%s", l.Bytes, l.Offset, l.Stack)
	}
	return b.String()
}

// Unwrap makes the error an ErrLeak.
func (e *LeakError) Unwrap() error { return ErrLeak }

// leaks knows who allocated which block, of those that this process allocated.
type leaks struct {
	mu     sync.Mutex
	blocks map[uint64]allocation // by offset
}

type allocation struct {
	gen uint32
	pcs []uintptr
}

// stackDepth is how many callers are remembered of an allocation.
const stackDepth = 16

// note remembers a new block. What was at its offset before is freed.
func (l *leaks) note(off uint64, gen uint32) {
	const skip = 3 // Callers, note, allocate
	pcs := make([]uintptr, stackDepth)
	pcs = pcs[:runtime.Callers(skip, pcs)]
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.blocks == nil {
		l.blocks = map[uint64]allocation{}
	}
	l.blocks[off] = allocation{gen, pcs}
}

// report is a LeakError with the blocks that are live still, or nil.
func (l *leaks) report(h *heap) error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []Leak
	for off, a := range l.blocks {
		if p, ok := h.locate(a.gen, off); ok {
			found = append(found, Leak{off, int64(p.bytes), stack(a.pcs)})
		}
	}
	if found == nil {
		return nil
	}
	slices.SortFunc(found, func(a, b Leak) int { return int(a.Offset>>1) - int(b.Offset>>1) })
	return &LeakError{found}
}

func stack(pcs []uintptr) string {
	var b strings.Builder
	frames := runtime.CallersFrames(pcs)
	for {
		f, more := frames.Next()
		if f.Function != "" {
			fmt.Fprintf(&b, "\t%s %s:%d\n", f.Function, f.File, f.Line)
		}
		if !more {
			return b.String()
		}
	}
}
