package ring

import "github.com/shmengine/shmengine/ringbuf"

// batches hands over many messages at once. Its functions are called once a batch.
type batches struct {
	push, pop func([]message) (int, error)
	buf       []message // as long as a batch; nil: one at a time
}

// putBatches sends n messages, a batch at once.
//
// Preconditions: a batch divides n.
func (r *rig) putBatches(first uint64, n int, last bool) error {
	buf := r.buf
	for at := 0; at < n; at += len(buf) {
		for i := range buf {
			r.send(headOf(first, at+i, n, last), &buf[i])
		}
		for sent, turn := 0, 0; sent < len(buf); turn++ {
			some, err := r.push(buf[sent:])
			sent += some
			if err == nil {
				continue
			}
			if err := r.later(err, ringbuf.ErrFull, turn); err != nil {
				return err
			}
		}
	}
	return nil
}

// getBatches receives n messages, as many at once as there are, at most a batch.
func (r *rig) getBatches(n int) (last bool, err error) {
	buf := r.buf
	for turn := 0; n > 0; {
		some, err := r.pop(buf[:min(n, len(buf))])
		if err != nil {
			if err := r.later(err, ringbuf.ErrEmpty, turn); err != nil {
				return false, err
			}
			turn++
			continue
		}
		turn = 0
		for i := range some {
			if last, err = r.receive(&buf[i]); err != nil {
				return false, err
			}
		}
		n -= some
	}
	return last, nil
}
