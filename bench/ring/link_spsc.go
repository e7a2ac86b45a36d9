package ring

import (
	"context"

	"github.com/shmengine/shmengine/ringbuf"
)

// spscLink is a ring there and a ring back.
type spscLink struct {
	rig
	p     *ringbuf.Producer[message]
	c     *ringbuf.Consumer[message]
	waits bool // by the ring's own means
}

func (h *hand) newSPSC(j *job) (link, error) {
	open := ringbuf.AttachSPSC[message]
	if j.index == 0 {
		open = func(mem []byte) (*ringbuf.SPSC[message], error) { return ringbuf.NewSPSC[message](mem, depth) }
	}
	there, back, err := pair(h, j, open)
	if err != nil {
		return nil, err
	}
	k := &spscLink{rig: j.rig(h), waits: j.system == SPSCWait}
	if k.p, err = there.Producer(h.arena.Member()); err != nil {
		return nil, err
	}
	if k.c, err = back.Consumer(h.arena.Member()); err != nil {
		return nil, err
	}
	k.batches = j.batches(k.p.TryPushBatch, k.c.TryPopBatch)
	return k, nil
}

// pair opens what is in the two halves of the memory, and returns first that which this party
// sends through. Where there are more than two parties all have the first half.
func pair[R any](h *hand, j *job, open func([]byte) (R, error)) (out, in R, err error) {
	half := len(h.mem) / 2
	if out, err = open(h.mem[:half]); err != nil || j.parties() > 2 {
		return out, out, err
	}
	in, err = open(h.mem[half:])
	if j.index > 0 {
		out, in = in, out
	}
	return out, in, err
}

func (k *spscLink) put(first uint64, n int, last bool) error {
	switch {
	case k.waits:
		return k.putWaiting(first, n, last)
	case k.buf != nil:
		return k.putBatches(first, n, last)
	}
	var m message
	for i := range n {
		k.send(headOf(first, i, n, last), &m)
		for turn := 0; ; turn++ {
			err := k.p.TryPushFrom(&m)
			if err == nil {
				break
			}
			if err := k.later(err, ringbuf.ErrFull, turn); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k *spscLink) putWaiting(first uint64, n int, last bool) error {
	ctx := context.Background() // one that is lost is ended from outside
	var m message
	for i := range n {
		k.send(headOf(first, i, n, last), &m)
		if err := k.p.Push(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (k *spscLink) get(n int) (last bool, err error) {
	switch {
	case k.waits:
		return k.getWaiting(n)
	case k.buf != nil:
		return k.getBatches(n)
	}
	var m message
	for range n {
		for turn := 0; ; turn++ {
			err := k.c.TryPop(&m)
			if err == nil {
				break
			}
			if err := k.later(err, ringbuf.ErrEmpty, turn); err != nil {
				return false, err
			}
		}
		if last, err = k.receive(&m); err != nil {
			return false, err
		}
	}
	return last, nil
}

func (k *spscLink) getWaiting(n int) (last bool, err error) {
	ctx := context.Background()
	for range n {
		m, err := k.c.Pop(ctx)
		if err != nil {
			return false, err
		}
		if last, err = k.receive(&m); err != nil {
			return false, err
		}
	}
	return last, nil
}
