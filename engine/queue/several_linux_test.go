package queue_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/internal/leaktest"
)

// sendOne comes to a queue of two senders, puts one item and leaves.
func sendOne(ctx context.Context, name string, v int64) error {
	s, err := queue.Send[int64](ctx, name, queue.Options{Capacity: 4, Senders: 2})
	if err != nil {
		return err
	}
	return errors.Join(s.Put(ctx, v), queue.Unless(s.Close(), queue.ErrUndelivered))
}

// receiveAll gets what the queue of two senders has, until it ends.
func receiveAll(ctx context.Context, name string) (got []int64, err error) {
	r, err := queue.Receive[int64](ctx, name, queue.Options{Capacity: 4, Senders: 2})
	if err != nil {
		return nil, err
	}
	for {
		v, err := r.Get(ctx)
		if err != nil {
			return got, errors.Join(queue.Unless(err, queue.ErrClosed), r.Close())
		}
		got = append(got, v)
	}
}

// A queue that waits for two senders goes on when the first has left before the second
// came, and also when a third one came, gave up and is not counted.
func TestSendersComeOneByOne(t *testing.T) {
	for _, givesUp := range []bool{false, true} {
		ctx, cancel := ctxOf()
		defer cancel()
		name := leaktest.Name("onebyone")
		first := make(chan error, 1)
		go func() { first <- sendOne(ctx, name, 1) }()
		if givesUp {
			short, stop := context.WithTimeout(ctx, 50*time.Millisecond)
			defer stop()
			if err := sendOne(short, name, 9); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("Send without a receiver = %v", err)
			}
		}
		type result struct {
			got []int64
			err error
		}
		received := make(chan result, 1)
		go func() {
			got, err := receiveAll(ctx, name)
			received <- result{got, err}
		}()
		check(t, <-first)
		check(t, sendOne(ctx, name, 2))
		r := <-received
		if r.err != nil || len(r.got) != 2 || r.got[0] != 1 || r.got[1] != 2 {
			t.Errorf("one gives up: %v: received %v, %v", givesUp, r.got, r.err)
		}
	}
}
