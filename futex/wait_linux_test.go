package futex_test

import (
	"context"
	"errors"
	"math"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/testmem"
)

// drain wakes everybody who sleeps on word and returns how many that were.
func drain(tb testing.TB, word *atomic.Uint32) int {
	tb.Helper()
	n, err := futex.Wake(word, math.MaxInt32)
	if err != nil {
		tb.Fatalf("Wake: %v", err)
	}
	return n
}

func TestWaitReturnsWhenTheWordHasChanged(t *testing.T) {
	s := newSegment(t)
	s.word(0).Store(7)
	if err := futex.Wait(bg, s.word(0), 6); !errors.Is(err, futex.ErrAgain) {
		t.Errorf("Wait: %v, want ErrAgain", err)
	}
}

func TestWaitDeadline(t *testing.T) {
	s := newSegment(t)
	for _, d := range []time.Duration{100 * time.Microsecond, time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(bg, d)
		err := futex.Wait(ctx, s.word(0), 0)
		ended := time.Now()
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v: Wait: %v, want DeadlineExceeded", d, err)
		}
		if deadline, _ := ctx.Deadline(); ended.Before(deadline) {
			t.Errorf("%v: ended %v before the deadline", d, deadline.Sub(ended))
		}
	}
}

func TestWaitWithADeadlineFarAway(t *testing.T) {
	s := newSegment(t)
	for _, d := range []time.Duration{math.MaxInt64, math.MaxInt64 - 1, time.Duration(math.MaxInt64) - time.Duration(time.Now().UnixNano())} {
		ctx, cancel := context.WithTimeout(bg, d)
		got := make(chan error)
		go func() { got <- futex.Wait(ctx, s.word(0), 0) }()
		eventually(func() bool { return drain(t, s.word(0)) == 1 })
		if err := <-got; err != nil {
			t.Errorf("%v: Wait: %v", d, err)
		}
		cancel()
	}
}

func TestWaitWithAPastDeadline(t *testing.T) {
	s := newSegment(t)
	for _, d := range []time.Duration{0, -1, math.MinInt64} {
		ctx, cancel := context.WithTimeout(bg, d)
		if err := futex.Wait(ctx, s.word(0), 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v: Wait: %v, want DeadlineExceeded", d, err)
		}
		cancel()
	}
}

// Without a monotonic reading the deadline is left to the context's own timer.
func TestWaitWithAWallClockDeadline(t *testing.T) {
	s := newSegment(t)
	ctx, cancel := context.WithDeadline(bg, time.Now().Round(0).Add(5*time.Millisecond))
	defer cancel()
	if err := futex.Wait(ctx, s.word(0), 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Wait: %v, want DeadlineExceeded", err)
	}
}

func TestWaitCancelled(t *testing.T) {
	s := newSegment(t)
	goroutines := runtime.NumGoroutine()
	for range stress(200, 20_000) {
		ctx, cancel := context.WithCancel(bg)
		got := make(chan error)
		go func() { got <- futex.Wait(ctx, s.word(0), 0) }()
		cancel() // before, while or after it falls asleep
		if err := <-got; !errors.Is(err, context.Canceled) {
			t.Fatalf("Wait: %v, want Canceled", err)
		}
	}
	eventually(func() bool { return runtime.NumGoroutine() <= goroutines })
}

func TestWakeCounts(t *testing.T) {
	s := newSegment(t)
	word := s.word(0)
	if n, err := futex.Wake(word, 5); n != 0 || err != nil {
		t.Errorf("Wake of nobody = %d, %v", n, err)
	}
	const sleepers = 6
	var wg sync.WaitGroup
	for range sleepers {
		wg.Go(func() {
			for word.Load() == 0 {
				if err := futex.Wait(bg, word, 0); err != nil && !errors.Is(err, futex.ErrAgain) {
					t.Errorf("Wait: %v", err)
					return
				}
			}
		})
	}
	eventually(func() bool { return sleepingIn(s.file, sleepers) })
	if n, err := futex.Wake(word, 0); n != 0 || err != nil {
		t.Errorf("Wake(0) = %d, %v, want 0", n, err)
	}
	if n, err := futex.Wake(word, -1); n != 0 || err != nil {
		t.Errorf("Wake(-1) = %d, %v, want 0", n, err)
	}
	word.Store(1)
	for _, step := range []struct{ n, want int }{{2, 2}, {1, 1}, {math.MaxInt32, 3}, {math.MaxInt, 0}} {
		if n, err := futex.Wake(word, step.n); n != step.want || err != nil {
			t.Errorf("Wake(%d) = %d, %v, want %d", step.n, n, err, step.want)
		}
	}
	wg.Wait()
}

// Waking one word leaves alone the sleepers of its neighbour and of the same
// offset in another segment.
func TestWordsAreDistinct(t *testing.T) {
	a, b := newSegment(t), newSegment(t)
	got := make(chan error)
	go func() { got <- futex.Wait(bg, a.word(0), 0) }()
	eventually(func() bool { return sleepingIn(a.file, 1) })
	for _, other := range []*atomic.Uint32{a.word(1), at(a.line(0), 0), b.word(0)} {
		if n := drain(t, other); n != 0 {
			t.Errorf("a wake of another word woke %d", n)
		}
	}
	if n := drain(t, a.word(0)); n != 1 {
		t.Errorf("a wake of the word woke %d, want 1", n)
	}
	if err := <-got; err != nil {
		t.Errorf("Wait: %v", err)
	}
}

// The same memory at two addresses is the same word.
func TestTwoMappingsAreOneWord(t *testing.T) {
	s := newSegment(t)
	again := &segment{testmem.Map(t, s.file, segmentSize()), s.file}
	if addressOf(s.region) == addressOf(again.region) {
		t.Fatal("both mappings are at one address")
	}
	got := make(chan error)
	go func() { got <- futex.Wait(bg, s.word(0), 0) }()
	eventually(func() bool { return sleepingIn(s.file, 1) })
	if n := drain(t, again.word(0)); n != 1 {
		t.Errorf("a wake by the other address woke %d, want 1", n)
	}
	<-got
}

func TestBadAddresses(t *testing.T) {
	guarded := testmem.Guarded(t, 64, testmem.End)
	bad := map[string]*atomic.Uint32{
		"misaligned": at(guarded, 1),
		"protected":  at(guarded, 64),
		"nil":        nil,
	}
	for name, word := range bad {
		if err := futex.Wait(bg, word, 0); !errors.Is(err, futex.ErrAddress) {
			t.Errorf("%s: Wait: %v, want ErrAddress", name, err)
		}
		if n, err := futex.Wake(word, 1); n != 0 || !errors.Is(err, futex.ErrAddress) {
			t.Errorf("%s: Wake = %d, %v, want 0, ErrAddress", name, n, err)
		}
	}
}

// A word on a page that the file has lost: a load would kill the process.
func TestPageBeyondATruncatedFile(t *testing.T) {
	mem, f := testmem.Shared(t, 2*os.Getpagesize())
	word := at(mem, os.Getpagesize())
	if err := f.Truncate(int64(os.Getpagesize())); err != nil {
		t.Fatal(err)
	}
	if err := futex.Wait(bg, word, 0); !errors.Is(err, futex.ErrAddress) {
		t.Errorf("Wait: %v, want ErrAddress", err)
	}
	if _, err := futex.Wake(word, 1); !errors.Is(err, futex.ErrAddress) {
		t.Errorf("Wake: %v, want ErrAddress", err)
	}
}

// The collector must not wait for those who sleep.
func TestCollectorRunsWhileGoroutinesWait(t *testing.T) {
	s := newSegment(t)
	const sleepers = 64
	var wg sync.WaitGroup
	for range sleepers {
		wg.Go(func() {
			for s.word(0).Load() == 0 {
				_ = futex.Wait(bg, s.word(0), 0)
			}
		})
	}
	eventually(func() bool { return sleepingIn(s.file, sleepers) })
	for range 3 {
		runtime.GC() // a RawSyscall wait would hang here, for ever
	}
	if err := pprof.Lookup("heap").WriteTo(discard{}, 0); err != nil {
		t.Error(err)
	}
	s.word(0).Store(1)
	drain(t, s.word(0))
	wg.Wait()
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// player passes the turn in word 0 to and fro with the test: one store and one
// wake against one wait.
var player = reexec.Register("player", func(c *reexec.Child) {
	s := attach(c)
	rounds, _ := strconv.Atoi(c.Args[0])
	c.Hear()
	play(s, 1, rounds)
	c.Say("done")
})

func play(s *segment, me uint32, rounds int) {
	word := s.word(0)
	for range rounds {
		for v := word.Load(); v != me; v = word.Load() {
			_ = futex.Wait(bg, word, v)
		}
		word.Store(1 - me)
		_, _ = futex.Wake(word, 1)
	}
}

func TestNoWakeIsLost(t *testing.T) {
	rounds := stress(100_000, 1_000_000)
	s := newSegment(t)
	p := reexec.Start(t, player, reexec.Options{
		Files: s.files(), Args: []string{strconv.Itoa(rounds)}, Timeout: 10 * time.Minute,
	})
	p.Say("go")
	play(s, 0, rounds)
	p.Expect("done")
}

// With one P the waiter must leave it to the waker.
func TestPingPongOnOneP(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	s := newSegment(t)
	done := make(chan struct{})
	const rounds = 10_000
	go func() { play(s, 1, rounds); close(done) }()
	play(s, 0, rounds)
	<-done
}
