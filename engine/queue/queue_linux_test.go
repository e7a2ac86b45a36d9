package queue_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/internal/leaktest"
)

// pair runs f with both ends of a queue, and closes them.
func pair[T any](t *testing.T, ctx context.Context, name string, f func(*queue.Sender[T], *queue.Receiver[T])) {
	t.Helper()
	s, r := ends[T](t, ctx, name, queue.Options{Capacity: 4})
	f(s, r)
	check(t, r.Close())
	check(t, queue.Unless(s.Close(), queue.ErrUndelivered))
}

func ends[T any](t *testing.T, ctx context.Context, name string, o queue.Options) (*queue.Sender[T], *queue.Receiver[T]) {
	t.Helper()
	got := make(chan error, 1)
	var s *queue.Sender[T]
	go func() {
		var err error
		s, err = queue.Send[T](ctx, name, o)
		got <- err
	}()
	r, err := queue.Receive[T](ctx, name, o)
	check(t, err)
	check(t, <-got)
	return s, r
}

func TestFullEmptyClosed(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	name := leaktest.Name("full")
	s, r := ends[int64](t, ctx, name, queue.Options{Capacity: 4})
	var v int64
	if err := r.TryGet(&v); err != queue.ErrEmpty {
		t.Errorf("TryGet of an empty queue = %v", err)
	}
	for i := range 4 {
		check(t, s.TryPut(int64(i)))
	}
	if err := s.TryPut(4); err != queue.ErrFull || s.Len() != 4 || r.Len() != 4 || s.Cap() != 4 || r.Cap() != 4 {
		t.Errorf("TryPut into a full queue = %v, Len %d, Cap %d", err, s.Len(), s.Cap())
	}
	done, stop := context.WithCancel(ctx)
	stop()
	if err := s.Put(done, 4); !errors.Is(err, context.Canceled) {
		t.Errorf("Put = %v", err)
	}
	for i := range 4 { // at once, also with a context that is done
		if v, err := r.Get(done); err != nil || v != int64(i) {
			t.Errorf("Get = %d, %v; want %d", v, err, i)
		}
	}
	if _, err := r.Get(done); !errors.Is(err, context.Canceled) {
		t.Errorf("Get = %v", err)
	}
	check(t, s.Close())
	check(t, r.Close())
}

func TestCloseDrains(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	name := leaktest.Name("drain")
	s, r := ends[int64](t, ctx, name, queue.Options{Capacity: 4})
	check(t, s.Put(ctx, 9))
	check(t, s.Close())
	check(t, s.Close())
	absent(t, name)
	if err := s.Put(ctx, 1); err != queue.ErrClosed {
		t.Errorf("Put after Close = %v", err)
	}
	if v, err := r.Get(ctx); v != 9 || err != nil {
		t.Errorf("Get after Close of the sender = %d, %v", v, err)
	}
	if _, err := r.Get(ctx); err != queue.ErrClosed {
		t.Errorf("Get of a drained queue = %v", err)
	}
	check(t, r.Close())
	if err := r.TryGet(new(int64)); err != queue.ErrClosed {
		t.Errorf("TryGet after Close = %v", err)
	}
}

func TestReceiversClose(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	name := leaktest.Name("gone")
	s, r := ends[int64](t, ctx, name, queue.Options{Capacity: 1})
	check(t, s.Put(ctx, 1))
	blocked := make(chan error, 1)
	go func() { blocked <- s.Put(ctx, 2) }()
	check(t, r.Close())
	if err := <-blocked; err != queue.ErrClosed {
		t.Errorf("Put = %v", err)
	}
	if err := s.Join(ctx); !errors.Is(err, queue.ErrClosed) || !strings.Contains(err.Error(), "1 items") {
		t.Errorf("Join = %v", err)
	}
	if err := s.Close(); !errors.Is(err, queue.ErrUndelivered) {
		t.Errorf("Close = %v", err)
	}
	absent(t, name)
}

func TestDone(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	s, r := ends[int64](t, ctx, leaktest.Name("done"), queue.Options{})
	if err := r.Done(); err != queue.ErrNotHeld {
		t.Errorf("Done without an item = %v", err)
	}
	check(t, s.Put(ctx, 1))
	check(t, s.Put(ctx, 2))
	short, stop := context.WithTimeout(ctx, time.Millisecond)
	defer stop()
	if _, err := r.Get(ctx); err != nil {
		t.Error(err)
	}
	if err := s.Join(short); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "2 items") {
		t.Errorf("Join with 2 items = %v", err)
	}
	check(t, r.Done())
	if _, err := r.Get(ctx); err != nil { // Close is done with it
		t.Error(err)
	}
	check(t, r.Close())
	check(t, s.Close())
}

func TestReturn(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	s, r := ends[int64](t, ctx, leaktest.Name("return"), queue.Options{})
	check(t, s.Put(ctx, 1))
	check(t, s.Put(ctx, 2))
	if v, err := r.Get(ctx); v != 1 || err != nil {
		t.Errorf("Get = %d, %v", v, err)
	}
	joined := make(chan error, 1)
	go func() { joined <- s.Join(ctx) }()
	first := r.Seq()
	check(t, r.Return())
	if err := r.Return(); err != queue.ErrNotHeld {
		t.Errorf("Return without an item = %v", err)
	}
	seen := map[int64]bool{}
	for range 2 {
		v, err := r.Get(ctx)
		check(t, err)
		seen[v] = true
		if v == 1 && r.Seq() != first {
			t.Errorf("the returned item has number %d, had %d", r.Seq(), first)
		}
	}
	if len(seen) != 2 {
		t.Errorf("got %v", seen)
	}
	if len(joined) > 0 {
		t.Errorf("Join returned before the last Done")
	}
	check(t, r.Done())
	if err := r.Done(); err != queue.ErrNotHeld {
		t.Errorf("Done twice = %v", err)
	}
	check(t, <-joined)
	check(t, s.Close())
	check(t, r.Close())
}

// A body that panics has not done its item; one that breaks has.
func TestAllReturnsWhatPanicked(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	pair(t, ctx, leaktest.Name("panic"), func(s *queue.Sender[int64], r *queue.Receiver[int64]) {
		check(t, s.Put(ctx, 1))
		func() {
			defer func() { _ = recover() }()
			for range r.All(ctx) {
				panic("body")
			}
		}()
		n := 0
		for v, err := range r.All(ctx) {
			if n++; v != 1 || err != nil {
				t.Errorf("All gives %d, %v", v, err)
			}
			break
		}
		if check(t, s.Join(ctx)); n != 1 {
			t.Errorf("the item came %d times", n)
		}
	})
}

// Who finds nobody leaves nothing behind, and does not disturb who comes later.
func TestNobodyComes(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	name := leaktest.Name("nobody")
	done, stop := context.WithCancel(ctx)
	stop()
	if _, err := queue.Send[int64](done, name, queue.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Send = %v", err)
	}
	absent(t, name)
	got := make(chan error, 1)
	go func() {
		s, err := queue.Send[int64](ctx, name, queue.Options{Receivers: 1})
		if err == nil {
			err = errors.Join(s.Put(ctx, 3), s.Join(ctx), s.Close())
		}
		got <- err
	}()
	for range 3 {
		if _, err := queue.Send[int64](done, name, queue.Options{}); !errors.Is(err, context.Canceled) {
			t.Errorf("Send = %v", err)
		}
	}
	r, err := queue.Receive[int64](ctx, name, queue.Options{})
	check(t, err)
	if v, err := r.Get(ctx); v != 3 || err != nil {
		t.Errorf("Get = %d, %v", v, err)
	}
	check(t, r.Done())
	check(t, <-got)
	check(t, r.Close())
	absent(t, name)
}

func TestNoAllocations(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	pair(t, ctx, leaktest.Name("allocs"), func(s *queue.Sender[item], r *queue.Receiver[item]) {
		n := testing.AllocsPerRun(100, func() {
			if s.Put(ctx, item{}) != nil {
				t.Error("Put")
			}
			if _, err := r.Get(ctx); err != nil || r.Done() != nil {
				t.Error("Get")
			}
		})
		if n != 0 {
			t.Errorf("%v allocations an item", n)
		}
	})
}
