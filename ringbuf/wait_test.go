package ringbuf

import (
	"context"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/testmem"
)

// TestBlockingPingPong: both sides block all the time, in both directions of full and empty.
func TestBlockingPingPong(t *testing.T) {
	for name, mem := range memories(t, size[uint64](t, 2)) {
		t.Run(name, func(t *testing.T) {
			x := open[uint64](t, mem, 2, 0)
			go func() {
				for i := range uint64(20_000) {
					if err := x.p.Push(t.Context(), i); err != nil {
						t.Error(err)
						return
					}
				}
			}()
			for i := range uint64(20_000) {
				if v, err := x.c.Pop(t.Context()); err != nil || v != i {
					t.Fatalf("pop %d: %d, %v", i, v, err)
				}
			}
		})
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
