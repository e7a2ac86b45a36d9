package ringbuf

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/spin"
)

// TestMPMCExactlyOnce: senders and receivers at full speed, each a goroutine.
func TestMPMCExactlyOnce(t *testing.T) {
	n := uint64(rounds(2_000, 1_000_000))
	for _, batch := range []int{0, 1, 3, 32} {
		for _, capacity := range []int{1, 2, 64} {
			for name, mem := range memories(t, sizeMPMC[message](t, capacity)) {
				t.Run(fmt.Sprint(batch, "/", capacity, "/", name), func(t *testing.T) {
					manyOnce(t, openMPMC[message](t, mem, Options{Capacity: capacity}, 0), batch, 3, n)
				})
			}
		}
	}
}

// manyOnce has several senders and as many receivers move n values each.
func manyOnce(t *testing.T, x *crowd[message], batch, each int, n uint64) {
	t.Helper()
	counts := make([]atomic.Uint32, uint64(each)*n)
	ended := make(chan error)
	for i := range uint64(each) {
		s := must[*Sender[message]](t)(x.Sender(x.sm))
		c := must[*Receiver[message]](t)(x.Receiver(x.rm))
		go func() { // gives its role back first: the memory is gone soon after the last one has ended
			err := pushRange(t.Context(), s, batch, i*n, (i+1)*n)
			s.Release()
			ended <- err
		}()
		go func() {
			err := popAllOf(t.Context(), c, batch, n, func(i uint64) { counts[i].Add(1) })
			c.Release()
			ended <- err
		}()
	}
	for range each {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	x.Close()
	for range each {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	for i := range counts {
		if k := counts[i].Load(); k != 1 {
			t.Fatalf("value %d came %d times", i, k)
		}
	}
}

// TestMPMCDropOldestCrowd: with senders and receivers at once each value is delivered or counted,
// and none is torn or out of its order.
func TestMPMCDropOldestCrowd(t *testing.T) {
	n := uint64(rounds(5_000, 1_000_000))
	for _, capacity := range []int{1, 2, 16} {
		for name, mem := range memories(t, sizeMPMC[message](t, capacity)) {
			t.Run(fmt.Sprint(capacity, "/", name), func(t *testing.T) {
				x := openMPMC[message](t, mem, Options{Capacity: capacity, Overflow: DropOldest}, 0)
				var delivered atomic.Uint64
				ended := make(chan error)
				for i := range uint64(2) {
					s := must[*Sender[message]](t)(x.Sender(x.sm))
					c := must[*Receiver[message]](t)(x.Receiver(x.rm))
					go func() { ended <- pushRange(t.Context(), s, int(i)*3, i*n, (i+1)*n) }()
					go func() {
						ended <- popAllOf(t.Context(), c, int(i)*3, n, func(uint64) { delivered.Add(1) })
					}()
				}
				for k := range 4 {
					if k == 2 {
						x.Close()
					}
					if err := <-ended; err != nil {
						t.Error(err)
					}
				}
				if got := delivered.Load() + x.Dropped(); got != 2*n {
					t.Errorf("%d delivered, %d dropped of %d", delivered.Load(), x.Dropped(), 2*n)
				}
			})
		}
	}
}

// TestMPMCWrapAround: sequence numbers that pass 2^64 and laps that pass 2^32, in every cell.
func TestMPMCWrapAround(t *testing.T) {
	for _, capacity := range []int{1, 2, 4, 8} {
		mem := memories(t, sizeMPMC[message](t, capacity))["heap"]
		for _, end := range []uint64{0, 1 << 63, uint64(capacity) << 32, uint64(capacity) << 31} {
			for before := range uint64(2*capacity + 2) {
				for _, batch := range []int{0, 1, 3} {
					x := openMPMC[message](t, mem, Options{Capacity: capacity}, end-before)
					manyOnce(t, x, batch, 1, uint64(3*capacity))
					if got, want := x.tail.Load()&^7, (end-before+uint64(3*capacity))&^7; got < want-8 && want >= 8 {
						t.Fatalf("tail %d, want about %d", got, want)
					}
				}
			}
		}
	}
}

// TestMPMCNoLostWake: each value is pushed when the receiver is just going to sleep, a little
// earlier or a little later, and then the same with room for the sender; with others that sleep on
// the same bell.
func TestMPMCNoLostWake(t *testing.T) {
	for name, mem := range memories(t, sizeMPMC[message](t, 1)) {
		for _, others := range []int{0, 2} {
			t.Run(fmt.Sprint(name, "/", others), func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), watchdog)
				defer cancel()
				n := uint64(rounds(2_500, 250_000) / (others + 1))
				x := openMPMC[message](t, mem, Options{Capacity: 1}, 0)
				wakesMPMC(ctx, t, x, others, n, x.toSenders,
					func(c *Receiver[message]) (v message, err error) {
						err = c.parked(ctx, func() error { return c.TryPop(&v) })
						return v, err
					}, func(s *Sender[message], v message) error { return s.Push(ctx, v) })
				x = openMPMC[message](t, mem, Options{Capacity: 1}, 0)
				wakesMPMC(ctx, t, x, others, n, x.toReceivers,
					func(c *Receiver[message]) (message, error) {
						v, err := c.Pop(ctx)
						for s := (spin.Spinner{}); err == nil && x.toReceivers.Load()&parked == 0 && s.Next(); { // until the sender's flag is up
						}
						return v, err
					}, func(s *Sender[message], v message) error {
						if err := s.TryPush(v); err != ErrFull {
							return err
						}
						return s.pushParked(ctx, v)
					})
			})
		}
	}
}

// wakesMPMC moves n values for each receiver, by receivers and one sender who sleep as pop and push
// do.
func wakesMPMC(ctx context.Context, t *testing.T, x *crowd[message], others int, n uint64, bell *atomic.Uint32,
	pop func(*Receiver[message]) (message, error), push func(*Sender[message], message) error,
) {
	ended := make(chan error)
	var sum atomic.Uint64
	for range others + 1 {
		c := must[*Receiver[message]](t)(x.Receiver(x.rm))
		go func() {
			for {
				v, err := pop(c)
				if err != nil {
					ended <- err
					return
				}
				sum.Add(v[0])
			}
		}()
	}
	total := n * uint64(others+1)
	for i := range total {
		for s := (spin.Spinner{}); bell == x.toSenders && bell.Load()&parked == 0 && s.Next(); { // until a receiver's flag is up
		}
		spin.Pause(uint32(i % 64))
		if err := push(x.s, messageOf(i)); err != nil {
			t.Fatalf("push %d: %v", i, err)
		}
	}
	for x.Len() > 0 {
		time.Sleep(time.Millisecond)
	}
	x.Close()
	for range others + 1 {
		if err := <-ended; err != ErrClosed {
			t.Fatalf("pop: %v", err)
		}
	}
	if got, want := sum.Load(), total*(total-1)/2; got != want {
		t.Fatalf("sum %d, want %d", got, want)
	}
}
