package ring

import (
	"errors"

	"github.com/shmengine/shmengine/ringbuf"
)

// mpmcLink is a ring that several send into and several receive from; for a round trip there
// is one back.
type mpmcLink struct {
	rig
	s    *ringbuf.Sender[message]
	r    *ringbuf.Receiver[message]
	ring *ringbuf.MPMC[message]
}

func (h *hand) newMPMC(j *job) (link, error) {
	open := func(mem []byte) (*ringbuf.MPMC[message], error) {
		return ringbuf.AttachMPMC[message](mem, ringbuf.Options{})
	}
	if j.index == 0 {
		open = func(mem []byte) (*ringbuf.MPMC[message], error) {
			return ringbuf.NewMPMC[message](mem, ringbuf.Options{Capacity: depth})
		}
	}
	k := &mpmcLink{rig: j.rig(h)}
	out, in, err := pair(h, j, open)
	if err != nil {
		return nil, err
	}
	k.ring = out
	if k.s, err = out.Sender(h.arena.Member()); err != nil {
		return nil, err
	}
	if k.r, err = in.Receiver(h.arena.Member()); err != nil {
		return nil, err
	}
	k.batches = j.batches(k.s.TryPushBatch, k.r.TryPopBatch)
	return k, nil
}

// end closes the ring: the last of several senders does that.
func (k *mpmcLink) end() error { return k.ring.Close() }

func (k *mpmcLink) put(first uint64, n int, last bool) error {
	if k.buf != nil {
		return k.putBatches(first, n, last)
	}
	var m message
	for i := range n {
		k.send(headOf(first, i, n, last), &m)
		for turn := 0; ; turn++ {
			err := k.s.TryPushFrom(&m)
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

func (k *mpmcLink) get(n int) (last bool, err error) {
	if k.buf != nil {
		return k.getBatches(n)
	}
	var m message
	for range n {
		for turn := 0; ; turn++ {
			err := k.r.TryPop(&m)
			if err == nil {
				break
			}
			if err != ringbuf.ErrEmpty && errors.Is(err, ringbuf.ErrClosed) {
				return true, nil
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
