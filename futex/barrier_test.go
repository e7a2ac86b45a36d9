package futex

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func mustInit(t *testing.T, b *Barrier, n int) {
	t.Helper()
	mustLock(t, b.Init(n))
}

func TestBarrierInit(t *testing.T) {
	var w world
	var b Barrier
	mb := w.join()
	if _, err := b.Wait(bg, mb); !errors.Is(err, ErrParties) {
		t.Errorf("Wait without Init: %v, want ErrParties", err)
	}
	for _, n := range []int{0, -1, MaxParties + 1} {
		if err := b.Init(n); !errors.Is(err, ErrParties) {
			t.Errorf("Init(%d): %v, want ErrParties", n, err)
		}
	}
	mustInit(t, &b, 1)
	mustInit(t, &b, 1)
	if err := b.Init(2); !errors.Is(err, ErrParties) || b.Parties() != 1 {
		t.Errorf("Init with another number: %v, and %d parties", err, b.Parties())
	}
	for range 3 { // one party never waits
		if i, err := b.Wait(bg, mb); i != 0 || err != nil {
			t.Errorf("Wait of the only party = %d, %v", i, err)
		}
	}
}

// Parties pass in lock step: when one is through round i, all have begun it and
// none has begun the one after the next; and the indices are each given once.
func TestBarrierLockStep(t *testing.T) {
	var w world
	var b Barrier
	const members, each, rounds = 3, 2, 1000
	const n = members * each
	mustInit(t, &b, n)
	var at [n]atomic.Int32
	var indices [rounds][n]atomic.Int32
	var wg sync.WaitGroup
	for k := range n {
		mb := w.join()
		wg.Go(func() {
			for i := range rounds {
				at[k].Store(int32(i))
				index, err := b.Wait(bg, mb)
				mustLock(t, err)
				indices[i][index].Add(1)
				for j := range at {
					if r := at[j].Load(); r < int32(i) || r > int32(i)+1 {
						t.Errorf("party %d is in round %d when %d has passed %d", j, r, k, i)
					}
				}
			}
		})
	}
	wg.Wait()
	for i := range indices {
		for j := range indices[i] {
			if c := indices[i][j].Load(); c != 1 {
				t.Fatalf("round %d: index %d was given %d times", i, j, c)
			}
		}
	}
}

// The action runs once a round, before anybody leaves.
func TestBarrierAction(t *testing.T) {
	var w world
	var b Barrier
	const n, rounds = 4, 300
	mustInit(t, &b, n)
	runs := 0 // written by the actions, read between rounds
	var wg sync.WaitGroup
	for range n {
		mb := w.join()
		wg.Go(func() {
			for i := range rounds {
				_, err := b.WaitAction(bg, mb, func() error {
					runtime.Gosched()
					runs++
					return nil
				})
				mustLock(t, err)
				if runs != i+1 {
					t.Errorf("%d runs after round %d", runs, i)
				}
				_, err = b.Wait(bg, mb) // without an action
				mustLock(t, err)
			}
		})
	}
	wg.Wait()
}

// arrive starts n parties of mb that wait, and returns when they are counted.
func arrive(t *testing.T, b *Barrier, mb Member, n int) chan error {
	t.Helper()
	got := make(chan error, n)
	before := barrierState(b.state.Load()).count()
	for range n {
		go func() {
			_, err := b.Wait(bg, mb)
			got <- err
		}()
	}
	eventually(t, func() bool { return barrierState(b.state.Load()).count() == before+uint32(n) })
	return got
}

func expectAll(t *testing.T, got chan error, want error) {
	t.Helper()
	for range cap(got) {
		if err := <-got; !errors.Is(err, want) {
			t.Errorf("a party got %v, want %v", err, want)
		}
	}
}

func TestBarrierActionFails(t *testing.T) {
	var w world
	var b Barrier
	a, c := w.join(), w.join()
	mustInit(t, &b, 3)
	got := arrive(t, &b, a, 2)
	bad := errors.New("bad")
	if _, err := b.WaitAction(bg, c, func() error { return bad }); !errors.Is(err, bad) || !errors.Is(err, ErrBroken) {
		t.Errorf("WaitAction: %v, want ErrBroken and the action's error", err)
	}
	expectAll(t, got, ErrBroken)
	b.Reset(c)
	got = arrive(t, &b, a, 2)
	mustPanic(t, "WaitAction", func() { _, _ = b.WaitAction(bg, c, func() error { panic("bad") }) })
	expectAll(t, got, ErrBroken)
}

func TestBarrierAbortAndReset(t *testing.T) {
	var w world
	var b Barrier
	a, c := w.join(), w.join()
	mustInit(t, &b, 4)
	for range 20 {
		got := arrive(t, &b, a, 3)
		b.Abort()
		expectAll(t, got, ErrBroken)
		if _, err := b.Wait(bg, c); !errors.Is(err, ErrBroken) || !b.Broken() {
			t.Errorf("Wait after Abort: %v, want ErrBroken", err)
		}
		b.Reset(c)
		got = arrive(t, &b, a, 3)
		b.Reset(c) // those who are there are sent away
		expectAll(t, got, ErrBroken)
		got = arrive(t, &b, a, 3)
		if i, err := b.Wait(bg, c); i != 0 || err != nil {
			t.Errorf("Wait of the last party after Reset = %d, %v", i, err)
		}
		expectAll(t, got, nil)
	}
}

// A party that gives up breaks the round for all; the last one to arrive ends it
// even with a context that is done.
func TestBarrierTimesOut(t *testing.T) {
	var w world
	var b Barrier
	a, c := w.join(), w.join()
	mustInit(t, &b, 3)
	got := arrive(t, &b, a, 1)
	ctx, cancel := context.WithTimeout(bg, 5*time.Millisecond)
	defer cancel()
	if _, err := b.Wait(ctx, c); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Wait: %v, want DeadlineExceeded", err)
	}
	if deadline, _ := ctx.Deadline(); time.Now().Before(deadline) {
		t.Error("gave up before the deadline")
	}
	expectAll(t, got, ErrBroken)
	b.Reset(c)
	got = arrive(t, &b, a, 2)
	if i, err := b.Wait(ctx, c); i != 0 || err != nil {
		t.Errorf("Wait of the last one with a done context = %d, %v", i, err)
	}
	expectAll(t, got, nil)
}

// The party with index 0 may zero the barrier at once: the others leave all the
// same.
func TestBarrierZeroedByTheLast(t *testing.T) {
	var w world
	a, c := w.join(), w.join()
	for range 300 {
		b := new(Barrier)
		mustInit(t, b, 4)
		got := arrive(t, b, a, 3)
		if i, err := b.Wait(bg, c); i != 0 || err != nil {
			t.Fatalf("Wait of the last = %d, %v", i, err)
		}
		b.parties.Store(0)
		b.bell.Store(0)
		b.state.Store(0)
		expectAll(t, got, nil)
		if b.state.Load() != 0 || b.bell.Load() != 0 {
			t.Fatal("a party has written to what is not a barrier any more")
		}
	}
}

// What a state says of rounds before it, in epochs before and after a wrap.
func TestBarrierOutcome(t *testing.T) {
	for _, first := range []barrierState{
		1, (1<<20-1)<<barrierRound | 1, (1<<20-1)<<barrierRound | (1<<10-1)<<barrierEpoch | 1,
		7<<barrierRound | 3<<barrierEpoch | 2,
	} {
		next := first.released()
		for name, c := range map[string]struct {
			s            barrierState
			over, broken bool
		}{
			"the same":                {first, false, false},
			"one more":                {first + 1, false, false},
			"broken":                  {first.broken(), true, true},
			"released":                {next | 1, true, false},
			"released, next broken":   {next.broken(), true, false},
			"reset":                   {first.broken().reset() | 1, true, true},
			"released, then reset":    {next.broken().reset() | 1, true, false},
			"reset, then released":    {first.broken().reset().released() | 1, true, true},
			"reset twice":             {first.reset().reset() | 1, true, true},
			"released and two resets": {next.reset().reset() | 1, true, true}, // not known any more
		} {
			if over, broken := c.s.outcome(first); over != c.over || over && broken != c.broken {
				t.Errorf("%#x %s: over %v, broken %v", uint64(first), name, over, broken)
			}
		}
	}
}

// Whatever a peer has written into the words, each call ends.
func TestBarrierHostileWords(t *testing.T) {
	var w world
	a := w.join()
	for _, parties := range []uint32{0, 1, 2, 1<<32 - 1} {
		for _, state := range []uint64{0, 1, 1 << 30, 1<<30 | uint64(a.ID()), 1 << 32, 1<<64 - 1, 1<<63 | 5} {
			var b Barrier
			b.parties.Store(parties)
			b.state.Store(state)
			b.joined[3].Store(1<<32 - 1)
			ctx, cancel := context.WithTimeout(bg, 200*time.Microsecond)
			for range 2 {
				_, _ = b.Wait(ctx, a)
				_, _ = b.WaitAction(ctx, a, func() error { return nil })
				_ = b.Join(a)
				b.Reset(a)
				b.Abort()
			}
			cancel()
		}
	}
}
