package shmarena

import (
	"context"
	"errors"
	"io/fs"
	"sync/atomic"
	"testing"
	"time"
)

func TestAwait(t *testing.T) {
	a := newArena(t, 1)
	var word atomic.Bool
	time.AfterFunc(5*time.Millisecond, func() { word.Store(true) })
	if err := a.Await(t.Context(), word.Load); err != nil {
		t.Error(err)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.Await(done, word.Load); err != nil {
		t.Errorf("what is there with a context that is done: %v", err)
	}
	if err := a.Await(done, func() bool { return false }); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if err := a.Await(t.Context(), func() bool { return false }); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// a With holds the arena open, and leaves nothing behind.
func TestWith(t *testing.T) {
	a := newArena(t, 1<<20)
	x := mustAlloc[int64](t, a, 10)
	at := a.at
	err := x.With(func(s []int64) error {
		if len(s) != 10 || cap(s) != 10 {
			t.Errorf("%d of %d elements", len(s), cap(s))
		}
		s[9] = 7
		if err := a.Close(); !errors.Is(err, ErrBusy) {
			t.Errorf("Close during With: %v", err)
		}
		return fs.ErrInvalid
	})
	if err != fs.ErrInvalid {
		t.Errorf("the function's error: %v", err)
	}
	mustPanic(t, "boo", func() { _ = x.With(func([]int64) error { panic("boo") }) })
	if err := (Array[int64]{}).With(func(s []int64) error {
		if s != nil {
			t.Error("the zero array has elements")
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	mustFree(t, x)
	if err := x.With(func([]int64) error { return nil }); !errors.Is(err, ErrFreed) {
		t.Errorf("after Free: %v", err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if err := x.With(func([]int64) error { return nil }); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if at.handed.Load() {
		t.Error("With has the range kept for good")
	}
}
