package ringbuf

import (
	"context"
	"testing"
)

func fine(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A backlog is delivered when its own values are, whatever was pushed since.
func TestMPMCBacklog(t *testing.T) {
	for _, first := range []uint64{0, 1<<34 - 3} { // the laps wrap
		p := newPlaza(t, Options{Capacity: 4}, 0, first)
		r, m := p.here(t)
		s := must[*Sender[message]](t)(r.Sender(m))
		c := must[*Receiver[message]](t)(r.Receiver(m))
		if b := r.Backlog(); !b.Delivered() || b.Left() != 0 {
			t.Errorf("first %d: an empty ring has %d left", first, b.Left())
		}
		for range 3 {
			fine(t, s.TryPush(message{}))
		}
		b := r.Backlog()
		for left := 3; left > 0; left-- {
			if _, err := c.Take(context.Background()); err != nil || b.Delivered() || b.Left() != left {
				t.Errorf("first %d: %d left, want %d (%v)", first, b.Left(), left, err)
			}
			c.Done()
			fine(t, s.TryPush(message{}))
		}
		if !b.Delivered() || b.Left() != 0 || r.Len() != 3 {
			t.Errorf("first %d: %d left at the end, %d in the ring", first, b.Left(), r.Len())
		}
		s.Release()
		c.Release()
	}
}

// What is returned is delivered again, with its number, and is in the backlog until it is done.
func TestMPMCReturn(t *testing.T) {
	p := newPlaza(t, Options{Capacity: 4}, 0, 0)
	r, m := p.here(t)
	s := must[*Sender[message]](t)(r.Sender(m))
	a := must[*Receiver[message]](t)(r.Receiver(m))
	c := must[*Receiver[message]](t)(r.Receiver(m))
	for range 2 {
		fine(t, s.TryPush(message{}))
	}
	b := r.Backlog()
	var v message
	fine(t, a.TryTake(&v))
	fine(t, c.TryPop(&v))
	a.Return()
	if b.Left() != 1 {
		t.Errorf("%d left, want 1", b.Left())
	}
	if err := c.TryPop(&v); err != nil || c.Seq() != 0 || !b.Delivered() {
		t.Errorf("the returned value: %v, number %d", err, c.Seq())
	}
	defer func() {
		if recover() == nil {
			t.Error("Return without a take does not panic")
		}
		s.Release()
		a.Release()
		c.Release()
	}()
	a.Return()
}
