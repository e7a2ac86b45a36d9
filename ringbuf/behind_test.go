package ringbuf

import (
	"errors"
	"testing"
	"time"
)

// Who has popped a run and then finds nothing falls behind, and once.
func TestFallBehind(t *testing.T) {
	took := func(since, next uint64, lag uint32) time.Duration {
		from := time.Now()
		if got := fallBehind(since, next, lag); got != next {
			t.Errorf("since %d, next %d: %d", since, next, got)
		}
		return time.Since(from)
	}
	// A millisecond at least, and a minute: more than even a loaded machine takes for nothing.
	const some, many = 1 << 18, 1<<32 - 1
	if d := took(1<<64-1, longRun-1, some); d < time.Millisecond {
		t.Errorf("the end of a run took %v, want at least 1ms", d)
	}
	if d := took(1<<64-1, longRun-2, many); d > 30*time.Second {
		t.Errorf("the end of a shorter run took %v", d)
	}
}

// A run ends where a pop finds nothing. Batches are none.
func TestRunsEnd(t *testing.T) {
	x := heapPair(t, 128)
	y := heapCrowd(t, Options{Capacity: 128})
	for name, e := range map[string]ends{
		"spsc": {x.p.TryPush, x.c.TryPop, &x.c.since},
		"mpmc": {y.s.TryPush, y.c.TryPop, &y.c.since},
	} {
		t.Run(name, func(t *testing.T) {
			for run := range uint64(3) {
				for i := range uint64(9) {
					e.pass(t, i)
				}
				if *e.since != 9*run {
					t.Errorf("in run %d: since %d", run, *e.since)
				}
				if err := e.pop(new(message)); err != ErrEmpty || *e.since != 9*run+9 {
					t.Errorf("behind run %d: %v, since %d", run, err, *e.since)
				}
			}
		})
	}
	ends{push: y.s.TryPush, pop: y.c.TryPop}.pass(t, 0)
	if _, err := y.c.TryPopBatch(make([]message, 4)); err != ErrEmpty || y.c.since != 28 {
		t.Errorf("a batch of nothing: %v, since %d", err, y.c.since)
	}
	_ = y.s.TryPush(message{})
	if n, err := y.c.TryPopBatch(make([]message, 4)); n != 1 || err != nil || y.c.since != 28 {
		t.Errorf("a batch: %d, %v, since %d", n, err, y.c.since)
	}
	ends{push: y.s.TryPush, pop: y.c.TryPop}.pass(t, 0)
	if _, err := y.c.TryPopBatch(make([]message, 4)); err != ErrEmpty || y.c.since != 30 {
		t.Errorf("a batch of nothing: %v, since %d", err, y.c.since)
	}
}

// ends are the two of a ring.
type ends struct {
	push  func(message) error
	pop   func(*message) error
	since *uint64
}

// pass pushes and pops one message.
func (e ends) pass(t *testing.T, i uint64) {
	t.Helper()
	var v message
	if err := errors.Join(e.push(messageOf(i)), e.pop(&v)); err != nil || v != messageOf(i) {
		t.Fatalf("message %d: %v, %v", i, v, err)
	}
}

func TestLagOf(t *testing.T) {
	for size, want := range map[uint64]uint32{1: 0, 2: 0, 4: 1, 64: 16, 1024: 256, 2048: 256, 1 << 30: 256} {
		if got := lagOf(size); got != want {
			t.Errorf("a ring of %d: %d PAUSE, want %d", size, got, want)
		}
	}
	if x := heapPair(t, 1024); x.c.lag != 256 {
		t.Errorf("a consumer falls behind by %d PAUSE", x.c.lag)
	}
	if x := heapCrowd(t, Options{Capacity: 1024}); x.c.lag != 256 {
		t.Errorf("a receiver falls behind by %d PAUSE", x.c.lag)
	}
	if x := heapCrowd(t, Options{Capacity: 1024, Overflow: DropOldest}); x.c.lag != 0 {
		t.Errorf("a receiver that may lose values falls behind by %d PAUSE", x.c.lag)
	}
}
