package queue_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
)

// Put into a full queue and Get from an empty one end with their context, not before it, and leave nothing
// behind: what was not put does not come, and the room is there.
func TestTimeouts(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	pair(t, ctx, leaktest.Name("timeouts"), func(s *queue.Sender[int64], r *queue.Receiver[int64]) {
		late := func(f func(ctx context.Context) error) {
			t.Helper()
			begin := time.Now()
			short, stop := context.WithTimeout(ctx, 20*time.Millisecond)
			defer stop()
			if err := f(short); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) < 20*time.Millisecond {
				t.Errorf("after %v: %v", time.Since(begin), err)
			}
		}
		for range 3 {
			late(func(ctx context.Context) error { _, err := r.Get(ctx); return err })
			for i := range int64(4) {
				check(t, s.Put(ctx, i))
			}
			late(func(ctx context.Context) error { return s.Put(ctx, 9) })
			late(s.Join)
			for i := range int64(4) {
				if v, err := r.Get(ctx); v != i || err != nil {
					t.Errorf("Get = %d, %v; want %d", v, err, i)
				}
			}
			check(t, r.Done())
			check(t, s.Join(ctx))
		}
	})
}

// A Put that waits goes on when there is room, and a Get when there is an item.
func TestWaitingGoesOn(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	pair(t, ctx, leaktest.Name("waiting"), func(s *queue.Sender[int64], r *queue.Receiver[int64]) {
		const n = 2000
		put := make(chan error, 1)
		go func() {
			for i := range int64(n) {
				if err := s.Put(ctx, i); err != nil {
					put <- err
					return
				}
			}
			put <- nil
		}()
		for i := range int64(n) {
			if v, err := r.Get(ctx); v != i || err != nil {
				t.Fatalf("Get = %d, %v; want %d", v, err, i)
			}
		}
		check(t, <-put)
	})
}

// order says where an answer is wanted: a queue is passed on by its name.
type order struct {
	Number int64
	Answer string
}

// broker hands the order that it gets to a process of its own, through another queue.
var (
	broker = reexec.Register("broker", func(c *reexec.Child) {
		ctx, cancel := ctxOf()
		defer cancel()
		r, err := queue.Receive[order](ctx, c.Args[0], queue.Options{})
		check(c, err)
		s, err := queue.Send[order](ctx, c.Args[1], queue.Options{})
		check(c, err)
		for o, err := range r.All(ctx) {
			check(c, err)
			check(c, s.Put(ctx, o))
		}
		check(c, r.Close())
		check(c, s.Close())
	})

	clerk = reexec.Register("clerk", func(c *reexec.Child) {
		ctx, cancel := ctxOf()
		defer cancel()
		r, err := queue.Receive[order](ctx, c.Args[0], queue.Options{})
		check(c, err)
		for o, err := range r.All(ctx) {
			check(c, err)
			s, err := queue.Send[int64](ctx, o.Answer, queue.Options{})
			check(c, err)
			check(c, s.Put(ctx, 2*o.Number))
			check(c, s.Close())
		}
		check(c, r.Close())
	})
)

// The name of a queue goes through two others, to a process that has not heard of it before.
func TestQueuesArePassedOn(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	orders, passed := leaktest.Name("orders"), leaktest.Name("passed")
	b := reexec.Start(t, broker, reexec.Options{Args: []string{orders, passed}, Timeout: patience})
	k := reexec.Start(t, clerk, reexec.Options{Args: []string{passed}, Timeout: patience})
	s, err := queue.Send[order](ctx, orders, queue.Options{})
	check(t, err)
	for i := range int64(3) {
		answer := leaktest.Name("answer")
		check(t, s.Put(ctx, order{i, answer}))
		r, err := queue.Receive[int64](ctx, answer, queue.Options{})
		check(t, err)
		if v, err := r.Get(ctx); v != 2*i || err != nil {
			t.Errorf("the answer to %d is %d, %v", i, v, err)
		}
		check(t, r.Close())
		absent(t, answer)
	}
	check(t, s.Close())
	b.Wait()
	k.Wait()
}
