package ring

import (
	"github.com/shmengine/shmengine/ringbuf"
)

// bytesLink is a ring of records there and one back. A record is copied in, and read where it
// lies.
type bytesLink struct {
	rig
	p   *ringbuf.BytesProducer
	c   *ringbuf.BytesConsumer
	buf []byte
}

// recordHead is what a ring of records has before each.
const recordHead = 8

// streamRing is how many bytes a ring of longer messages holds, in C too.
const streamRing = 4 << 20

// recordBytes is the length of a record: one of 64 B is a slot with its head.
func recordBytes(bytes int) int {
	if bytes == line {
		return line - recordHead
	}
	return bytes
}

func (h *hand) newBytes(j *job) (link, error) {
	size := streamRing
	if j.bytes == line {
		size = depth * line
	}
	open := ringbuf.AttachBytes
	if j.index == 0 {
		open = func(mem []byte) (*ringbuf.Bytes, error) {
			return ringbuf.NewBytes(mem, ringbuf.BytesOptions{Capacity: size})
		}
	}
	there, back, err := pair(h, j, open)
	if err != nil {
		return nil, err
	}
	k := &bytesLink{rig: j.rig(h), buf: make([]byte, recordBytes(j.bytes))}
	if k.p, err = there.Producer(h.arena.Member()); err != nil {
		return nil, err
	}
	k.c, err = back.Consumer(h.arena.Member())
	return k, err
}

func (k *bytesLink) put(first uint64, n int, last bool) error {
	var m message
	for i := range n {
		k.send(headOf(first, i, n, last), &m)
		fillBytes(k.buf, &m)
		for turn := 0; ; turn++ {
			err := k.p.TryPush(k.buf)
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

func (k *bytesLink) get(n int) (last bool, err error) {
	for range n {
		for turn := 0; ; turn++ {
			v, err := k.c.TryPeek()
			if err == nil {
				last, err = k.read(v)
				if err != nil {
					return false, err
				}
				break
			}
			if err := k.later(err, ringbuf.ErrEmpty, turn); err != nil {
				return false, err
			}
		}
	}
	return last, nil
}

// read checks a record in the ring and gives it back.
func (k *bytesLink) read(v ringbuf.View) (last bool, err error) {
	b := v.Bytes()
	var m message
	if len(b) != len(k.buf) || !readBytes(b, &m) {
		return false, k.wrong(&m)
	}
	v.Release()
	return k.receive(&m)
}
