package futex_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/testmem"
)

// bothWays runs a test with futex_waitv and without.
func bothWays(t *testing.T, test func(t *testing.T, fallback bool)) {
	t.Run("futex_waitv", func(t *testing.T) {
		test(t, false)
		if futex.NoWaitv() {
			futex.SetNoWaitv(false)
			t.Skip("this kernel has no futex_waitv: what was tested is the fallback")
		}
	})
	t.Run("fallback", func(t *testing.T) {
		futex.SetNoWaitv(true)
		defer futex.SetNoWaitv(false)
		test(t, true)
	})
}

// waiters are k words of a segment of their own, all 0.
func waiters(tb testmem.TB, k int) []futex.Waiter {
	mem, _ := testmem.Shared(tb, 64*k)
	list := make([]futex.Waiter, k)
	for i := range list {
		list[i].Word = at(mem, 64*i)
	}
	return list
}

// anyOf calls WaitAny in a goroutine.
func anyOf(ctx context.Context, words []futex.Waiter) <-chan woken {
	c := make(chan woken, 1)
	go func() {
		i, err := futex.WaitAny(ctx, words)
		c <- woken{i, err}
	}()
	return c
}

type woken struct {
	i   int
	err error
}

func TestWaitAnyReturnsTheOneWoken(t *testing.T) {
	bothWays(t, func(t *testing.T, fallback bool) {
		for _, k := range []int{1, 2, 30, futex.MaxWords} {
			words := waiters(t, k)
			for _, i := range slices.Compact([]int{0, k / 2, k - 1}) {
				got := anyOf(bg, words)
				eventually(func() bool { return drain(t, words[i].Word) == 1 })
				if w := <-got; w != (woken{i, nil}) {
					t.Errorf("%d words, word %d woken: got %+v", k, i, w)
				}
			}
		}
	})
}

func TestWaitAnyArguments(t *testing.T) {
	bothWays(t, func(t *testing.T, _ bool) {
		done, cancel := context.WithCancel(bg)
		cancel()
		guarded := testmem.Guarded(t, 64, testmem.End)
		two := waiters(t, 2)
		other := func(i int, w *atomic.Uint32) []futex.Waiter {
			list := slices.Clone(two)
			list[i].Word = w
			return list
		}
		for name, c := range map[string]struct {
			ctx   context.Context
			words []futex.Waiter
			want  error
		}{
			"no words":          {bg, nil, futex.ErrRange},
			"one too many":      {bg, waiters(t, futex.MaxWords+1), futex.ErrRange},
			"misaligned":        {bg, other(0, at(guarded, 1)), futex.ErrAddress},
			"misaligned, later": {bg, other(1, at(guarded, 1)), futex.ErrAddress},
			"protected":         {bg, other(0, at(guarded, 64)), futex.ErrAddress},
			"protected, later":  {bg, other(1, at(guarded, 64)), futex.ErrAddress},
			"nil":               {bg, other(1, nil), futex.ErrAddress},
			"done":              {done, two, context.Canceled},
		} {
			if _, err := futex.WaitAny(c.ctx, c.words); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
	})
}

func TestWaitAnyFindsTheOneChanged(t *testing.T) {
	bothWays(t, func(t *testing.T, _ bool) {
		words := waiters(t, 40)
		for _, i := range []int{39, 17, 0} { // the first of those that have changed
			words[i].Word.Store(math.MaxUint32)
			if got, err := futex.WaitAny(bg, words); got != i || !errors.Is(err, futex.ErrAgain) {
				t.Errorf("word %d changed: %d, %v", i, got, err)
			}
		}
	})
}

func TestWaitAnyEndsWithItsContext(t *testing.T) {
	bothWays(t, func(t *testing.T, fallback bool) {
		goroutines := runtime.NumGoroutine()
		for _, k := range []int{1, 5, futex.MaxWords} {
			words := waiters(t, k)
			ctx, cancel := context.WithTimeout(bg, 3*time.Millisecond)
			if i, err := futex.WaitAny(ctx, words); i != -1 || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%d words: %d, %v, want DeadlineExceeded", k, i, err)
			}
			if d, _ := ctx.Deadline(); time.Now().Before(d) {
				t.Errorf("%d words: gave up before the deadline", k)
			}
			cancel()
			rounds := stress(100, 5000)
			if fallback {
				rounds = 1 + 50/k
			}
			for range rounds {
				ctx, cancel := context.WithCancel(bg)
				got := anyOf(ctx, words)
				cancel() // before, while or after it falls asleep
				if w := <-got; w.i != -1 || !errors.Is(w.err, context.Canceled) {
					t.Fatalf("%d words: %+v, want Canceled", k, w)
				}
			}
		}
		eventually(func() bool { return runtime.NumGoroutine() <= goroutines })
	})
}

// One sleeps on two words, of which both are woken before it runs. It reports one,
// or none if it was cancelled; the wake of the other must reach the one who sleeps
// on that too.
func TestWaitAnyHandsOnTheOthersWake(t *testing.T) {
	bothWays(t, func(t *testing.T, fallback bool) {
		rounds := stress(200, 20_000)
		if fallback {
			rounds = stress(30, 1000)
		}
		for _, cancelled := range []bool{false, true} {
			handedOn := 0
			for range rounds {
				if handOnRound(t, cancelled) {
					handedOn++
				}
			}
			t.Logf("cancelled %v: handed on in %d of %d rounds", cancelled, handedOn, rounds)
			if handedOn == 0 && !fallback { // there each word has its own thread, and the first is usually first
				t.Error("never: the test shows less than it should")
			}
		}
	})
}

// handOnRound has one sleep on two words and another on the first of them, and
// wakes one sleeper of each word: the first one of both. It reports whether that
// one had to hand a wake on; if so the other has got it.
func handOnRound(t *testing.T, cancelled bool) bool {
	t.Helper()
	words := []futex.Waiter{{Word: new(atomic.Uint32)}, {Word: new(atomic.Uint32)}}
	ctx, cancel := context.WithCancel(bg)
	defer cancel()
	both := anyOf(ctx, words)
	eventually(func() bool { return asleepOn(words[0].Word) == 1 && asleepOn(words[1].Word) == 1 })
	other := make(chan error, 1)
	go func() { other <- futex.Wait(bg, words[0].Word, 0) }()
	eventually(func() bool { return asleepOn(words[0].Word) == 2 })
	for _, w := range words {
		w.Word.Store(1)
	}
	if cancelled {
		cancel()
	}
	for _, w := range words {
		if _, err := futex.Wake(w.Word, 1); err != nil {
			t.Fatal(err)
		}
	}
	w := <-both
	switch {
	case w.err == nil, cancelled && errors.Is(w.err, context.Canceled):
	case errors.Is(w.err, futex.ErrAgain): // a signal had it begin again: it was not asleep
	default:
		t.Fatalf("WaitAny: %+v", w)
	}
	if w == (woken{0, nil}) { // the wake of word 0 was its own
		drain(t, words[0].Word)
	}
	if err := <-other; err != nil && !errors.Is(err, futex.ErrAgain) {
		t.Fatal(err)
	}
	return w.i != 0 && !errors.Is(w.err, futex.ErrAgain)
}

// anyPlayer passes a turn to and fro with the test, on a word that changes.
var anyPlayer = reexec.Register("any player", func(c *reexec.Child) {
	s := attach(c)
	rounds, _ := strconv.Atoi(c.Args[0])
	if c.Args[1] == "true" {
		futex.SetNoWaitv(true)
	}
	c.Hear()
	if err := playAny(s, 1, rounds); err != nil {
		c.Fatalf("%v", err)
	}
	c.Say("done")
})

// playAny waits for any of the three words of its side to step, then steps the same
// one of the other side's, three lines further, plus one.
func playAny(s *segment, me, rounds int) error {
	var seen [3]uint32
	for range rounds {
		words := make([]futex.Waiter, len(seen))
		for i := range words {
			words[i] = futex.Waiter{Word: s.word(3*me + i), Old: seen[i]}
		}
		i, err := futex.WaitAny(bg, words)
		if err != nil && !errors.Is(err, futex.ErrAgain) {
			return err
		}
		for words[i].Word.Load() == seen[i] { // woken for nothing
			if i, err = futex.WaitAny(bg, words); err != nil && !errors.Is(err, futex.ErrAgain) {
				return err
			}
		}
		seen[i]++
		if v := words[i].Word.Load(); v != seen[i] {
			return fmt.Errorf("word %d is %d, want %d", i, v, seen[i])
		}
		next := s.word(3*(1-me) + (i+1)%len(seen))
		next.Add(1)
		if _, err := futex.Wake(next, 1); err != nil {
			return err
		}
	}
	return nil
}

func TestWaitAnyLosesNoWake(t *testing.T) {
	bothWays(t, func(t *testing.T, fallback bool) {
		rounds := stress(20_000, 1_000_000)
		if fallback {
			rounds = stress(500, 20_000)
		}
		s := newSegment(t)
		p := reexec.Start(t, anyPlayer, reexec.Options{
			Files: s.files(), Args: []string{strconv.Itoa(rounds), strconv.FormatBool(fallback)}, Timeout: 10 * time.Minute,
		})
		p.Say("go")
		s.word(0).Add(1)
		if err := playAny(s, 0, rounds); err != nil {
			t.Fatal(err)
		}
		p.Expect("done")
	})
}
