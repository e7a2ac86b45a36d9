package ringbuf

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/shmengine/shmengine/internal/spin"
	"github.com/shmengine/shmengine/internal/testmem"
)

// publishRange publishes the values from first to last-1.
func publishRange(ctx context.Context, p *Publisher[message], batch int, first, last uint64) error {
	src := make([]message, max(1, batch))
	for i := first; i < last; {
		n, err := 0, ErrFull
		if batch > 0 {
			part := src[:min(uint64(batch), last-i)]
			for k := range part {
				part[k] = messageOf(i + uint64(k))
			}
			n, err = p.TryPublishBatch(part)
		}
		if err == ErrFull {
			n, err = 1, p.Publish(ctx, messageOf(i))
		}
		if err != nil {
			return fmt.Errorf("publish %d: %w", i, err)
		}
		i += uint64(n)
	}
	return nil
}

// follow reads until the broadcast is closed: values are whole, in order, and only as many are
// missing as Lost says. Value i has the sequence number base+i.
func follow(ctx context.Context, s *Subscriber[message], batch int, base uint64) (read uint64, err error) {
	dst := make([]message, max(1, batch))
	start := s.Seq()
	for {
		n, err := 0, ErrEmpty
		if batch > 0 {
			n, err = s.TryNextBatch(dst)
		}
		if err == ErrEmpty {
			n = 1
			dst[0], err = s.Next(ctx)
		}
		if errors.Is(err, ErrClosed) {
			return read, nil
		}
		if err != nil {
			return read, err
		}
		read += uint64(n)
		for k, m := range dst[:n] {
			if want := s.Seq() - uint64(n-k) - base; m != messageOf(want) {
				return read, fmt.Errorf("value %d is %v", want, m)
			}
		}
		if read+s.Lost() != s.Seq()-start {
			return read, fmt.Errorf("%d read, %d lost of %d", read, s.Lost(), s.Seq()-start)
		}
	}
}

// TestBroadcastExactlyOnce: a publisher and subscribers at full speed, one of which joins late.
func TestBroadcastExactlyOnce(t *testing.T) {
	n := uint64(rounds(3_000, 2_000_000))
	for _, o := range []Options{{Capacity: 2}, {Capacity: 64}, {Capacity: 2, Overflow: DropOldest}, {Capacity: 64, Overflow: DropOldest}} {
		for _, batch := range []int{0, 3, 32} {
			for name, mem := range memories(t, sizeCast[message](t, o.Capacity)) {
				t.Run(fmt.Sprint(o, "/", batch, "/", name), func(t *testing.T) {
					castOnce(t, openCast[message](t, mem, o, 0), batch, 0, n)
				})
			}
		}
	}
}

func castOnce(t *testing.T, x *station[message], batch int, base, n uint64) {
	t.Helper()
	ended := make(chan error)
	run := func(s *Subscriber[message], from uint64) {
		read, err := follow(t.Context(), s, batch, base)
		if err == nil && read+s.Lost() != n-from {
			err = fmt.Errorf("read %d and lost %d of %d", read, s.Lost(), n-from)
		}
		if x.mode == Block && s.Lost() != 0 {
			err = fmt.Errorf("lost %d", s.Lost())
		}
		s.Release()
		ended <- err
	}
	go run(x.join(t, 0), 0)
	go run(x.join(t, 0), 0)
	sent := make(chan error)
	go func() { sent <- publishRange(t.Context(), x.p, batch, 0, n/2) }()
	late := x.join(t, int(n)) // anywhere in the first half
	go run(late, late.Seq()-base)
	err := <-sent
	if err == nil {
		err = publishRange(t.Context(), x.p, batch, n/2, n)
	}
	for k := range 4 {
		if err != nil {
			t.Error(err)
		}
		if k == 0 {
			x.Close()
		}
		if k < 3 {
			err = <-ended
		}
	}
}

// TestBroadcastWrapAround: sequence numbers that pass 2^64 and 2^63.
func TestBroadcastWrapAround(t *testing.T) {
	for _, capacity := range []int{2, 4, 8} {
		mem := testmem.Go(t, sizeCast[message](t, capacity))
		for _, mode := range []Overflow{Block, DropOldest} {
			for _, end := range []uint64{0, 1 << 63, 1 << 32} {
				for before := range uint64(2*capacity + 2) {
					first := end - before
					castOnce(t, openCast[message](t, mem, Options{capacity, mode}, first), int(before%3), first, uint64(3*capacity))
				}
			}
		}
	}
}

// TestBroadcastNoLostWake: each value is published when the subscribers are just going to sleep, and
// then the same with room for the publisher.
func TestBroadcastNoLostWake(t *testing.T) {
	n := uint64(rounds(5_000, 250_000))
	for name, mem := range memories(t, sizeCast[message](t, 2)) {
		for _, publisherSleeps := range []bool{false, true} {
			t.Run(fmt.Sprint(name, "/", publisherSleeps), func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), watchdog)
				defer cancel()
				wakesCast(ctx, t, openCast[message](t, mem, Options{Capacity: 2}, 0), publisherSleeps, n)
			})
		}
	}
}

func wakesCast(ctx context.Context, t *testing.T, x *station[message], publisherSleeps bool, n uint64) {
	t.Helper()
	publish, flag := x.p.Publish, x.toPublisher
	if publisherSleeps {
		publish, flag = x.p.publishParked, x.toSubscribers
	}
	untilUp := func() { // until the flag of the other side is up
		for w := (spin.Spinner{}); flag.Load()&parked == 0 && w.Next(); {
		}
	}
	ended := make(chan error)
	for range 2 {
		s := x.join(t, 0)
		go func() {
			next, err := s.nextParked, error(nil)
			for i := uint64(0); i < n && err == nil; i++ {
				if publisherSleeps {
					untilUp()
					next = s.Next
				}
				var v message
				if v, err = next(ctx); err == nil && v != messageOf(i) {
					err = fmt.Errorf("value %d is %v", i, v)
				}
			}
			ended <- err
		}()
	}
	for i := range n {
		if spin.Pause(uint32(i % 64)); !publisherSleeps {
			untilUp()
		}
		if err := publish(ctx, messageOf(i)); err != nil {
			t.Fatalf("publish %d: %v", i, err)
		}
	}
	if err := errors.Join(<-ended, <-ended); err != nil {
		t.Fatal(err)
	}
}
