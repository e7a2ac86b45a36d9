package ringbuf

import (
	"context"
	"errors"
	"fmt"
)

func pushRange(ctx context.Context, s *Sender[message], batch int, first, last uint64) error {
	src := make([]message, max(1, batch))
	for i := first; i < last; {
		n, err := 0, ErrFull
		if batch > 0 {
			part := src[:min(uint64(batch), last-i)]
			for k := range part {
				part[k] = messageOf(i + uint64(k))
			}
			n, err = s.TryPushBatch(part)
		}
		if err == ErrFull {
			n, err = 1, s.Push(ctx, messageOf(i))
		}
		if err != nil {
			return fmt.Errorf("push %d: %w", i, err)
		}
		i += uint64(n)
	}
	return nil
}

// popAllOf pops until the ring is closed, and notes each value. It checks that values are whole and, but for those
// delivered again, increase: in their numbers in the ring, and for each sender.
func popAllOf(ctx context.Context, c *Receiver[message], batch int, perSender uint64, note func(i uint64)) error {
	dst := make([]message, max(1, batch))
	next := map[uint64]uint64{}
	seq, any := uint64(0), false
	for {
		n, err := 0, ErrEmpty
		if batch > 0 {
			n, err = c.TryPopBatch(dst)
		}
		if err == ErrEmpty {
			n = 1
			dst[0], err = c.Pop(ctx)
		}
		if errors.Is(err, ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		first := c.Seq() - uint64(n-1)
		stray := any && int64(first-seq) < 0
		if !stray {
			seq, any = c.Seq(), true
		}
		for _, m := range dst[:n] {
			i := m[0]
			if m != messageOf(i) {
				return fmt.Errorf("torn: %v", m)
			}
			if from := i / perSender; !stray && i < next[from] {
				return fmt.Errorf("value %d of sender %d after %d", i%perSender, from, next[from])
			} else if !stray {
				next[from] = i + 1
			}
			note(i)
		}
	}
}
