package ringbuf

import (
	"context"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
)

// stress says whether the long runs are asked for.
var stress = os.Getenv("SHMENGINE_STRESS") != ""

// rounds is n, or more of them where the environment asks for it.
func rounds(n, long int) int {
	switch {
	case stress:
		return long
	case testing.Short(), race.Enabled:
		return n / 10
	}
	return n
}

// message is large enough to be torn: all its words are the same number.
type message [7]uint64

func messageOf(i uint64) (m message) {
	for k := range m {
		m[k] = i
	}
	return m
}

// how is one way to move messages through a ring.
type how struct {
	name  string
	batch int // 0: one at a time, blocking
}

var hows = []how{{"blocking", 0}, {"batch1", 1}, {"batch3", 3}, {"batch32", 32}}

// send pushes the messages from first to last-1.
func (h how) send(ctx context.Context, p *Producer[message], first, last uint64) error {
	if h.batch == 0 {
		for i := first; i < last; i++ {
			if err := p.Push(ctx, messageOf(i)); err != nil {
				return fmt.Errorf("push %d: %w", i, err)
			}
		}
		return nil
	}
	src := make([]message, h.batch)
	for i := first; i < last; {
		part := src[:min(uint64(h.batch), last-i)]
		for k := range part {
			part[k] = messageOf(i + uint64(k))
		}
		n, err := p.TryPushBatch(part)
		if i += uint64(n); err == ErrFull { // let Push wait
			n, err = 1, p.Push(ctx, messageOf(i))
			i++
		}
		if err != nil {
			return fmt.Errorf("push %d: %w", i, err)
		}
	}
	return nil
}

// receive pops until last-1 has come and checks that each message comes once, whole and in order.
func (h how) receive(ctx context.Context, c *Consumer[message], first, last uint64) error {
	dst := make([]message, max(1, h.batch))
	for i := first; i < last; {
		n, err := 0, ErrEmpty
		if h.batch > 0 {
			n, err = c.TryPopBatch(dst[:min(uint64(h.batch), last-i)])
		}
		if err == ErrEmpty {
			n = 1
			dst[0], err = c.Pop(ctx)
		}
		if err != nil {
			return fmt.Errorf("pop %d: %w", i, err)
		}
		for _, m := range dst[:n] {
			if m != messageOf(i) {
				return fmt.Errorf("message %d is %v", i, m)
			}
			i++
		}
	}
	return nil
}

// TestExactlyOnce: a producer and a consumer at full speed.
func TestExactlyOnce(t *testing.T) {
	n := uint64(rounds(3_000, 5_000_000))
	for _, h := range hows {
		for _, capacity := range []int{1, 2, 64} {
			for name, mem := range memories(t, size[message](t, capacity)) {
				t.Run(fmt.Sprint(h.name, "/", capacity, "/", name), func(t *testing.T) {
					exactlyOnce(t, h, open[message](t, mem, capacity, 0), n)
				})
			}
		}
	}
}

func exactlyOnce(t *testing.T, h how, x *pair[message], n uint64) {
	t.Helper()
	sent := make(chan error)
	go func() { sent <- h.send(t.Context(), x.p, 0, n) }()
	err := h.receive(t.Context(), x.c, 0, n)
	if err != nil {
		x.Close()
	}
	if e := <-sent; e != nil || err != nil {
		t.Fatalf("send: %v, receive: %v", e, err)
	}
	if x.Len() != 0 {
		t.Errorf("Len %d at the end", x.Len())
	}
}

// TestWrapAround: sequence numbers that pass 2^64 and 2^63, in every slot.
func TestWrapAround(t *testing.T) {
	for _, capacity := range []int{1, 2, 4, 8} {
		for _, end := range []uint64{0, 1 << 63, 1 << 32} {
			for before := range uint64(2*capacity + 2) {
				first := end - before
				mem := memories(t, size[message](t, capacity))["heap"]
				x := open[message](t, mem, capacity, first)
				for _, h := range hows {
					exactlyOnce(t, h, x, uint64(3*capacity))
				}
				if got, want := x.c.Seq(), first+uint64(len(hows)*3*capacity); got != want {
					t.Fatalf("Seq %d, want %d", got, want)
				}
			}
		}
	}
	x := open[message](t, memories(t, size[message](t, 2))["mapped"], 2, math.MaxUint64)
	must[int](t)(x.p.TryPushBatch(make([]message, 2)))
	if err := x.p.TryPush(message{}); err != ErrFull {
		t.Fatalf("push to a ring that is full across the wrap: %v", err)
	}
}

// oneAlone pushes one message through an empty ring: it comes, and nothing behind it, such as what
// a dead producer had prepared.
func oneAlone(p *Producer[message], c *Consumer[message]) error {
	if err := p.TryPush(messageOf(p.next)); err != nil {
		return fmt.Errorf("push to an empty ring: %w", err)
	}
	got := make([]message, p.ring.Cap())
	n, err := c.TryPopBatch(got)
	if n != 1 || err != nil || got[0] != messageOf(c.next-1) {
		return fmt.Errorf("one message pushed, %d popped, the first is %v: %w", n, got[0], err)
	}
	return nil
}
