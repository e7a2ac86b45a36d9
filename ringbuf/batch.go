package ringbuf

// TryPushBatch stores the first n values of src, as many as fit, and returns n; it fails when n is
// 0 and src is not empty. The batch is published by one store: all slots but the first are stamped
// beforehand, and the consumer, which waits for the first, finds the whole run.
//
// If the ring is closed meanwhile it returns how many of the batch the consumer had taken by then,
// and ErrClosed.
func (p *Producer[T]) TryPushBatch(src []T) (int, error) {
	if p.bell.Load()&^parked != 0 {
		return 0, p.halted()
	}
	n, err := p.fit(len(src))
	if n == 0 {
		return 0, err
	}
	first := p.next
	p.slots.put(first, src[:n])
	p.slots.stampDown(first+1, first+uint64(n))
	p.next = first + uint64(n)
	p.limit = p.next                         // for the next single message
	p.slots.at(first).stamp.Store(first + 1) // fenced: once a batch it costs nothing that can be measured
	if p.bell.Load() != 0 {
		return p.rungBatch(first, n)
	}
	return n, nil
}

// fit is how many of want values fit. It looks at the consumer's head only when the cached copy
// shows too little room.
func (p *Producer[T]) fit(want int) (int, error) {
	if p.room() < uint64(want) {
		if err := p.reload(); err != nil {
			return 0, err
		}
	}
	return int(min(p.room(), uint64(want))), nil
}

// TryPopBatch moves the oldest messages to dst, at most len(dst), and returns how many. It fails
// like TryPop when there is none and dst is not empty. The slots go back to the producer together.
func (c *Consumer[T]) TryPopBatch(dst []T) (int, error) {
	if c.bell.Load()&^(parked|closed) != 0 {
		return 0, c.halted()
	}
	n := c.take(dst)
	if n == 0 {
		if len(dst) == 0 {
			return 0, nil
		}
		if err := c.empty(); err != nil {
			return 0, err
		}
		n = c.take(dst)
	}
	if plainStores {
		c.slots.stampDown(c.next, c.next+uint64(n)) // as in TryPop
	}
	c.next += uint64(n)
	c.head.Store(c.next) // fenced: once a batch
	if c.bell.Load()&parked != 0 {
		c.wake()
	}
	return n, nil
}

// take copies the run of full slots from next on.
func (c *Consumer[T]) take(dst []T) int {
	cells, next := c.slots, c.next // in registers: dst may be anything
	for i := range dst {
		s := cells.at(next)
		next++
		if s.stamp.Load() != next {
			return i
		}
		dst[i] = s.value
	}
	return len(dst)
}

// put copies src into the slots from index first on, without a stamp.
func (s *slots[T]) put(first uint64, src []T) {
	cells := *s // in registers
	for i := range src {
		cells.at(first + uint64(i)).value = src[i]
	}
}

// stampDown stamps the slots of messages lo to hi-1 as full, the last one first. No consumer looks
// at them before the slots in front of lo are full, so that one store at the end hands over all of
// them.
func (s *slots[T]) stampDown(lo, hi uint64) {
	if !plainStores {
		for ; hi != lo; hi-- {
			s.at(hi - 1).stamp.Store(hi)
		}
		return
	}
	if lap := hi &^ s.mask; hi-lap < hi-lo { // the run wraps: the part from slot 0 on first
		storeDown(&s.at(hi-1).stamp, hi-lap, s.stride, hi)
		hi = lap
	}
	storeDown(&s.at(hi-1).stamp, hi-lo, s.stride, hi)
}
