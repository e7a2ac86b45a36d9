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

var errFailed = errors.New("failed")

func TestOnce(t *testing.T) {
	var w world
	var o Once
	a, b := w.join(), w.join()
	done, cancel := context.WithCancel(bg)
	cancel()
	runs := 0
	fail := func() error { runs++; return errFailed }
	succeed := func() error { runs++; return nil }
	if err := o.Do(bg, a, fail); !errors.Is(err, errFailed) || o.Done() {
		t.Errorf("Do of what fails: %v; Done() = %v", err, o.Done())
	}
	mustPanic(t, "Do of what panics", func() { _ = o.Do(bg, b, func() error { panic("it") }) })
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = o.Do(bg, a, func() error { runtime.Goexit(); return nil })
	}()
	<-ended
	if v := o.runner.Load(); v != 0 {
		t.Fatalf("the word is %#x after three failures, want 0", v)
	}
	if err := o.Do(done, b, succeed); err != nil || !o.Done() {
		t.Errorf("Do with nobody at it and a done context: %v; Done() = %v", err, o.Done())
	}
	for _, ctx := range []context.Context{bg, done} {
		if err := o.Do(ctx, a, fail); err != nil {
			t.Errorf("Do of what is done: %v", err)
		}
	}
	if runs != 2 {
		t.Errorf("%d functions were run, want 2", runs)
	}
}

// Of many who come at once one runs, and all see what it wrote.
func TestOnceRunsOnce(t *testing.T) {
	var w world
	const members, goroutines = 3, 5
	var all []*fake
	for range members {
		all = append(all, w.join())
	}
	for range 200 {
		var o Once
		written := 0
		var wg sync.WaitGroup
		for _, mb := range all {
			for range goroutines {
				wg.Go(func() {
					if err := o.Do(bg, mb, func() error { written++; return nil }); err != nil {
						t.Error(err)
					}
					if written != 1 {
						t.Errorf("written %d times", written)
					}
				})
			}
		}
		wg.Wait()
		if v := o.runner.Load(); v != onceDone {
			t.Fatalf("the word is %#x at the end", v)
		}
	}
}

// Success releases all who sleep, of all members.
func TestOnceDoneWakesAll(t *testing.T) {
	var w world
	var o Once
	members := []*fake{w.join(), w.join(), w.join()}
	runner := w.join()
	o.runner.Store(uint32(runner.ID())) // at it
	var waiters []<-chan error
	for range 3 {
		for _, mb := range members {
			waiters = append(waiters, errorOf(func() error {
				return o.Do(bg, mb, func() error { t.Error("run twice"); return nil })
			}))
		}
	}
	for _, mb := range members {
		eventually(t, func() bool { return mb.inLine(&o.runner) == 3 })
	}
	o.finish(uint32(runner.ID()), onceDone)
	for _, c := range waiters {
		if err := <-c; err != nil {
			t.Error(err)
		}
	}
}

// Each failure lets one of those who wait run, until one succeeds; the rest does
// not run.
func TestOnceFailureIsHandedOn(t *testing.T) {
	var w world
	var o Once
	members := []*fake{w.join(), w.join(), w.join()}
	const each, failures = 4, 7
	inside, goOn := make(chan struct{}), make(chan struct{})
	first := make(chan error)
	go func() {
		first <- o.Do(bg, members[0], func() error { close(inside); <-goOn; return errFailed })
	}()
	<-inside
	var runs, failed atomic.Int32
	var wg sync.WaitGroup
	for _, mb := range members {
		for range each {
			wg.Go(func() {
				err := o.Do(bg, mb, func() error {
					if runs.Add(1) <= failures {
						return errFailed
					}
					return nil
				})
				if err != nil {
					failed.Add(1)
				}
			})
		}
	}
	for _, mb := range members {
		eventually(t, func() bool { return mb.inLine(&o.runner) == each })
	}
	close(goOn)
	if err := <-first; !errors.Is(err, errFailed) {
		t.Error(err)
	}
	wg.Wait()
	if runs.Load() != failures+1 || failed.Load() != failures || !o.Done() {
		t.Errorf("%d runs, %d failures, Done() = %v", runs.Load(), failed.Load(), o.Done())
	}
}

// A runner that is dead is noticed by who waits, and by who comes.
func TestOnceRunnerDies(t *testing.T) {
	for _, waits := range []bool{true, false} {
		var w world
		var o Once
		a, b := w.join(), w.join()
		o.runner.Store(uint32(a.ID())) // a is at it
		got := make(chan error, 1)
		ran := false
		do := func() { got <- o.Do(bg, b, func() error { ran = true; return nil }) }
		if waits {
			go do()
			eventually(t, func() bool { return b.sleepers() == 1 })
		}
		w.kill(a)
		if !waits {
			do()
		}
		if err := <-got; err != nil || !ran || !o.Done() {
			t.Errorf("Do after the runner's death: %v; ran = %v, Done() = %v", err, ran, o.Done())
		}
	}
}

func TestOnceTimesOut(t *testing.T) {
	var w world
	var o Once
	a, b := w.join(), w.join()
	o.runner.Store(uint32(a.ID()))
	ctx, cancel := context.WithTimeout(bg, time.Millisecond)
	defer cancel()
	err := o.Do(ctx, b, func() error { t.Error("run"); return nil })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Do: %v, want DeadlineExceeded", err)
	}
	o.finish(uint32(a.ID()), onceDone)
	if v := o.runner.Load(); v != onceDone {
		t.Errorf("the word is %#x at the end", v)
	}
}

// Whatever stands in the word names a live member, is done, or is taken over.
func TestOnceWithHostileWords(t *testing.T) {
	var w world
	a := w.join()
	for _, v := range []uint32{7, 1 << 30, waitersFlag, deadFlag | 5, ^uint32(0), notRecoverable | waitersFlag, 1<<30 - 2} {
		var o Once
		o.runner.Store(v)
		if err := o.Do(bg, a, func() error { return nil }); err != nil || !o.Done() {
			t.Errorf("%#x: Do: %v, Done() = %v", v, err, o.Done())
		}
	}
	var o Once // taken away from a runner
	if err := o.Do(bg, a, func() error { o.runner.Store(77); return nil }); err != nil {
		t.Error(err)
	}
	if v := o.runner.Load(); v != 77 {
		t.Errorf("the word is %#x: somebody else's was overwritten", v)
	}
}
