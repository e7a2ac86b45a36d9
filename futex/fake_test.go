package futex

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// world is a set of members that live or not, without processes: it stands in
// for the kernel. A death is confirmed and then nudged, as internal/member does.
type world struct {
	mu      sync.Mutex
	members []*fake
}

// fake is a Member of a world.
type fake struct {
	Lot
	id   ID
	w    *world
	dead atomic.Bool
}

func (w *world) join() *fake {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := &fake{id: MakeID(uint32(len(w.members)), 1), w: w}
	w.members = append(w.members, f)
	return f
}

// kill ends f, whose goroutines must not touch shared words any more, and tells
// the others.
func (w *world) kill(f *fake) {
	f.dead.Store(true)
	w.mu.Lock()
	others := w.members
	w.mu.Unlock()
	for _, m := range others {
		if m != f && !m.dead.Load() {
			m.Nudge()
		}
	}
}

func (f *fake) ID() ID { return f.id }

func (f *fake) Alive(id ID) bool {
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	slot := int(id.Slot())
	return slot < len(f.w.members) && f.w.members[slot].id == id && !f.w.members[slot].dead.Load()
}

// sleepers is how many places of f may sleep in the kernel.
func (f *fake) sleepers() int { return SleepersOf(&f.Lot) }

// inLine is how many goroutines of f stand in line on word.
func (f *fake) inLine(word *atomic.Uint32) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for p := f.lines[word]; p != nil; p = p.next {
		n++
	}
	return n
}

// eventually waits until cond holds. A hang is ended by the test binary's own
// time-out, which shows all stacks.
func eventually(tb testing.TB, cond func() bool) {
	tb.Helper()
	for i := 0; !cond(); i++ {
		if i < 100 {
			runtime.Gosched()
		} else {
			time.Sleep(time.Millisecond)
		}
	}
}

// errorOf calls f in a goroutine.
func errorOf(f func() error) <-chan error {
	c := make(chan error, 1)
	go func() { c <- f() }()
	return c
}
