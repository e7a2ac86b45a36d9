package ringbuf

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/spin"
	"github.com/shmengine/shmengine/internal/testmem"
)

// watchdog bounds a test whose waits all end at once, if no wake is lost.
const watchdog = 10 * time.Minute

// TestNoLostWake: each message is pushed when the consumer is just going to sleep, a little earlier
// or a little later, and then the same with room for the producer.
func TestNoLostWake(t *testing.T) {
	for name, mem := range memories(t, size[uint64](t, 1)) {
		t.Run(name, func(t *testing.T) {
			x := open[uint64](t, mem, 1, 0)
			ctx, cancel := context.WithTimeout(t.Context(), watchdog)
			defer cancel()
			n := uint64(rounds(25_000, 250_000))
			t.Run("pop", func(t *testing.T) { popsAsleep(ctx, t, x, n) })
			t.Run("push", func(t *testing.T) { pushesAsleep(ctx, t, x, n) })
		})
	}
}

func popsAsleep(ctx context.Context, t *testing.T, x *pair[uint64], n uint64) {
	pushed := make(chan error)
	go func() {
		for i := range n {
			for s := (spin.Spinner{}); x.toProducer.Load() == 0 && s.Next(); { // until the consumer's flag is up
			}
			spin.Pause(uint32(i % 64))
			if err := x.p.Push(ctx, i); err != nil {
				pushed <- err
				return
			}
		}
		pushed <- nil
	}()
	for i := range n {
		if v, err := x.c.popParked(ctx); err != nil || v != i {
			t.Fatalf("pop %d: %d, %v", i, v, err)
		}
	}
	if err := <-pushed; err != nil {
		t.Fatal(err)
	}
}

func pushesAsleep(ctx context.Context, t *testing.T, x *pair[uint64], n uint64) {
	popped := make(chan error)
	go func() {
		for i := range n {
			for s := (spin.Spinner{}); x.toConsumer.Load() == 0 && s.Next(); { // until the producer's flag is up
			}
			spin.Pause(uint32(i % 64))
			if v, err := x.c.Pop(ctx); err != nil || v != i {
				popped <- fmt.Errorf("pop %d: %d, %w", i, v, err)
				return
			}
		}
		popped <- nil
	}()
	for i := range n {
		if err := x.p.pushParked(ctx, i); err != nil {
			t.Fatalf("push %d: %v", i, err)
		}
	}
	if err := <-popped; err != nil {
		t.Fatal(err)
	}
}

func TestContextEndsAWait(t *testing.T) {
	x := open[uint64](t, testmem.Go(t, size[uint64](t, 1)), 1, 0)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := x.c.Pop(ctx); err != context.DeadlineExceeded {
		t.Fatalf("pop: %v", err)
	}
	if err := x.p.Push(ctx, 7); err != nil { // the deadline is past, but there is room
		t.Fatalf("push with room: %v", err)
	}
	if err := x.p.Push(ctx, 8); err != context.DeadlineExceeded {
		t.Fatalf("push to a full ring: %v", err)
	}
	if v, err := x.c.Pop(ctx); err != nil || v != 7 {
		t.Fatalf("pop with data: %d, %v", v, err)
	}
	if x.toProducer.Load() != 0 || x.toConsumer.Load() != 0 {
		t.Fatalf("bells %#x, %#x are left set", x.toProducer.Load(), x.toConsumer.Load())
	}
}

func untilParked(bell func() uint32) {
	for bell()&parked == 0 {
		time.Sleep(100 * time.Microsecond)
	}
}
