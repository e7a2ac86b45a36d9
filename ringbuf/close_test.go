package ringbuf

import (
	"errors"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/spin"
)

func TestCloseWakesBothSides(t *testing.T) {
	for _, asleep := range []string{"consumer", "producer"} {
		x := heapPair(t, 2)
		bell := x.toProducer
		if asleep == "producer" {
			bell = x.toConsumer
			must[int](t)(x.p.TryPushBatch(make([]message, 2)))
		}
		go func() {
			for bell.Load()&parked == 0 {
				time.Sleep(time.Millisecond)
			}
			x.Close()
			x.Close()
		}()
		if asleep == "producer" {
			if err := x.p.Push(t.Context(), message{}); err != ErrClosed {
				t.Errorf("push: %v", err)
			}
			if n, err := x.c.TryPopBatch(make([]message, 4)); n != 2 || err != nil {
				t.Errorf("drain: %d, %v", n, err)
			}
		}
		if _, err := x.c.Pop(t.Context()); err != ErrClosed {
			t.Errorf("pop: %v", err)
		}
	}
}

// TestCloseWhilePushing: what a push that returned nil stored is found before ErrClosed, whoever
// closes whenever.
func TestCloseWhilePushing(t *testing.T) {
	for round := range rounds(300, 30_000) {
		x := heapPair(t, 4)
		x.p.fast = plainStores && round%2 == 0 && registerBarrier()
		if x.p.fast {
			goPlain(x.plainPush)
		}
		accepted, reached := make(chan uint64), make(chan struct{})
		go func() {
			n := uint64(0)
			for x.p.Push(t.Context(), messageOf(n)) == nil {
				n++
			}
			accepted <- n
		}()
		go func() {
			<-reached
			spin.Pause(uint32(round % 100))
			x.Close()
		}()
		popped := uint64(0)
		for {
			if popped == uint64(round%64) {
				close(reached)
			}
			v, err := x.c.Pop(t.Context())
			if err == ErrClosed {
				break
			}
			if err != nil || v != messageOf(popped) {
				t.Fatal(popped, v, err)
			}
			popped++
		}
		if n := <-accepted; popped < n {
			t.Fatalf("round %d: %d accepted, %d delivered", round, n, popped)
		}
	}
}

// TestHalfAClose: who waits finishes a Close that died in the middle.
func TestHalfAClose(t *testing.T) {
	x := heapPair(t, 2)
	x.toProducer.Or(closed)
	if _, err := x.c.Pop(t.Context()); err != ErrClosed {
		t.Errorf("pop: %v", err)
	}
	x = heapPair(t, 2)
	x.toProducer.Or(poisoned)
	if _, err := x.c.Pop(t.Context()); !errors.Is(err, ErrCorrupt) {
		t.Errorf("pop of a half poisoned ring: %v", err)
	}
}
