package ringbuf

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"testing"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/spin"
)

// sendNumbered sends the messages from first to last-1.
func sendNumbered(ctx context.Context, p *BytesProducer, h bytesHow, who, first, last uint64) error {
	for i := first; i < last; i++ {
		if err := h.send(ctx, p, numberedBytes(who, i, p.ring.MaxMessage())); err != nil {
			return fmt.Errorf("message %d of %d: %w", i, who, err)
		}
	}
	return nil
}

// receiver checks that the messages of each sender come once, whole and in order.
type bytesReceiver struct {
	next map[uint64]uint64
	most int
	got  uint64
}

func (r *bytesReceiver) each(b []byte) error {
	who, i, err := readNumbered(b, r.most)
	if err != nil {
		return err
	}
	if i != r.next[who] {
		return fmt.Errorf("message %d of %d, want %d", i, who, r.next[who])
	}
	r.next[who]++
	r.got++
	return nil
}

func receiveNumbered(ctx context.Context, c *BytesConsumer, h bytesHow, total uint64) error {
	r := &bytesReceiver{next: map[uint64]uint64{}, most: c.ring.MaxMessage()}
	for r.got < total {
		if err := h.receive(ctx, c, r.each); err != nil {
			return fmt.Errorf("after %d: %w", r.got, err)
		}
	}
	return nil
}

// TestBytesExactlyOnce: one producer, or four, and a consumer at full speed.
func TestBytesExactlyOnce(t *testing.T) {
	n := uint64(rounds(4_000, 1_000_000))
	for form, many := range forms {
		for _, h := range bytesHows {
			for _, capacity := range []int{128, 4096} {
				for name, mem := range memories(t, bytesSize(t, capacity)) {
					t.Run(fmt.Sprint(form, "/", h.name, "/", capacity, "/", name), func(t *testing.T) {
						bytesExactlyOnce(t, openBytes(t, mem, BytesOptions{capacity, many}, 0), h, n)
					})
				}
			}
		}
	}
}

func bytesExactlyOnce(t *testing.T, x *bytesPair, h bytesHow, n uint64) {
	t.Helper()
	producers := []*BytesProducer{x.p}
	for id := futex.ID(3); x.many && id < 6; id++ {
		producers = append(producers, must[*BytesProducer](t)(x.Producer(x.town.member(id))))
	}
	sent := make(chan error)
	for who, p := range producers {
		go func() { sent <- sendNumbered(t.Context(), p, h, uint64(who), 0, n/uint64(len(producers))) }()
	}
	err := receiveNumbered(t.Context(), x.c, h, n)
	if err != nil {
		x.Close()
	}
	for range producers {
		if e := <-sent; e != nil || err != nil {
			t.Fatalf("send: %v, receive: %v", e, err)
		}
	}
	if x.Len() != 0 {
		t.Errorf("Len %d at the end", x.Len())
	}
}

// TestBytesWrapAround: positions that pass 2^64, 2^63 and 2^32.
func TestBytesWrapAround(t *testing.T) {
	for form, many := range forms {
		for _, end := range []uint64{0, 1 << 63, 1 << 32} {
			for before := uint64(0); before < 512; before += 8 {
				mem := memories(t, bytesSize(t, 128))["heap"]
				x := openBytes(t, mem, BytesOptions{128, many}, end-before)
				if err := alternate(t.Context(), x.p, x.c, 24); err != nil {
					t.Fatalf("%s, %d before %#x: %v", form, before, end, err)
				}
			}
		}
	}
	x := openBytes(t, memories(t, bytesSize(t, 64))["mapped"], BytesOptions{Capacity: 64}, math.MaxUint64&^7)
	for range 8 {
		noError(t, x.p.TryPush(nil))
	}
	if err := x.p.TryPush(nil); err != ErrFull || x.Len() != 64 {
		t.Fatalf("push to a ring that is full across the wrap: %v, Len %d", err, x.Len())
	}
}

// alternate sends and receives in turns.
func alternate(ctx context.Context, p *BytesProducer, c *BytesConsumer, n uint64) error {
	r := &bytesReceiver{next: map[uint64]uint64{}, most: c.ring.MaxMessage()}
	for i := range n {
		h := bytesHows[i%3]
		if err := h.send(ctx, p, numberedBytes(0, i, r.most)); err != nil {
			return err
		}
		for r.got <= i {
			if err := h.receive(ctx, c, r.each); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestBytesCloseWhilePushing: what a push or commit that returned nil stored is found before
// ErrClosed, whoever closes whenever, and an open lease does not hide it.
func TestBytesCloseWhilePushing(t *testing.T) {
	for form, many := range forms {
		t.Run(form, func(t *testing.T) {
			for round := range rounds(100, 30_000) {
				x := heapBytes(t, 256, many)
				if plainStores && !many && round%2 == 0 && registerBarrier() {
					x.p.fast = goPlain(x.plainPush)
				}
				closeWhilePushing(t, x, bytesHows[round%3], round)
			}
		})
	}
}

func closeWhilePushing(t *testing.T, x *bytesPair, h bytesHow, round int) {
	var accepted, popped atomic.Uint64
	producers := []*BytesProducer{x.p}
	if x.many {
		producers = append(producers, must[*BytesProducer](t)(x.Producer(x.town.member(3))))
	}
	ended := make(chan error)
	for who, p := range producers {
		go func() {
			for i := uint64(0); ; i++ {
				if err := h.send(t.Context(), p, numberedBytes(uint64(who), i, x.MaxMessage())); err != nil {
					ended <- err
					return
				}
				accepted.Add(1)
			}
		}()
	}
	go closeAfter(x, &popped, round)
	r := &bytesReceiver{next: map[uint64]uint64{}, most: x.MaxMessage()}
	var err error
	for err == nil {
		err = h.receive(t.Context(), x.c, r.each)
		popped.Store(r.got)
	}
	for range producers {
		if e := <-ended; !errors.Is(e, ErrClosed) {
			t.Fatalf("push: %v", e)
		}
	}
	if err != ErrClosed || r.got < accepted.Load() {
		t.Fatalf("round %d: %v, %d accepted, %d delivered", round, err, accepted.Load(), r.got)
	}
}

// closeAfter closes the ring when some records were read.
func closeAfter(x *bytesPair, popped *atomic.Uint64, round int) {
	for popped.Load() < uint64(round%64) {
		spin.Pause(1)
		letRun()
	}
	spin.Pause(uint32(round % 60))
	_ = x.Close()
}
