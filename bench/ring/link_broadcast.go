package ring

import (
	"github.com/shmengine/shmengine/ringbuf"
)

// broadcastLink is a broadcast that waits for its slowest subscriber: the first party
// publishes, the others subscribe.
type broadcastLink struct {
	rig
	p *ringbuf.Publisher[message]
	s *ringbuf.Subscriber[message]
}

func (h *hand) newBroadcast(j *job) (link, error) {
	k := &broadcastLink{rig: j.rig(h)}
	if j.index == 0 {
		b, err := ringbuf.NewBroadcast[message](h.mem, ringbuf.Options{Capacity: depth})
		if err != nil {
			return nil, err
		}
		if k.p, err = b.Publisher(h.arena.Member()); err != nil {
			return nil, err
		}
		k.batches = j.batches(k.p.TryPublishBatch, nil)
		return k, nil
	}
	b, err := ringbuf.AttachBroadcast[message](h.mem, ringbuf.Options{})
	if err != nil {
		return nil, err
	}
	if k.s, err = b.Subscribe(h.arena.Member(), 0); err != nil {
		return nil, err
	}
	k.batches = j.batches(nil, k.s.TryNextBatch)
	return k, nil
}

func (k *broadcastLink) put(first uint64, n int, last bool) error {
	if k.buf != nil {
		return k.putBatches(first, n, last)
	}
	var m message
	for i := range n {
		k.send(headOf(first, i, n, last), &m)
		for turn := 0; ; turn++ {
			err := k.p.TryPublish(m)
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

func (k *broadcastLink) get(n int) (last bool, err error) {
	if k.buf != nil {
		return k.getBatches(n)
	}
	var m message
	for range n {
		for turn := 0; ; turn++ {
			err := k.s.TryNext(&m)
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
