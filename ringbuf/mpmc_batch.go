package ringbuf

// TryPushBatch stores the first n values of src, as many as find room next to each other, and
// returns n; it fails like TryPush when n is 0 and src is not empty. The values of a batch follow
// each other in the ring without those of others between them. The cells are claimed one by one,
// so that each names its owner, and published in order.
//
// If the ring is closed meanwhile none of them is stored.
func (s *Sender[T]) TryPushBatch(src []T) (int, error) {
	if s.bell.Load()&(closed|poisoned) != 0 {
		return 0, s.ring.halted(s.bell)
	}
	if len(src) == 0 {
		return 0, nil
	}
	first, err := s.claim()
	if err != nil {
		return 0, err
	}
	n := s.claimMore(first, len(src))
	if s.bell.Load()&(closed|poisoned) != 0 { // after the claims: see Close
		return 0, s.abandon(first, n)
	}
	s.fill(first, src[:n])
	s.next = first + uint64(n)
	if s.next/hintEvery != first/hintEvery {
		advance(s.ring.tail, s.next)
	}
	if s.bell.Load()&parked != 0 {
		ring(s.bell, n)
	}
	return n, nil
}

// claimMore claims the cells that follow the first, as far as they are free, and returns how many
// it has of the n that are wanted.
func (s *Sender[T]) claimMore(first uint64, n int) int {
	cells, shift, mine := s.cells, s.shift, s.mine // in registers
	for k := 1; k < n; k++ {
		i := first + uint64(k)
		word, lap := &cells.at(i).stamp, lapOf(i, shift)
		if w := word.Load(); w != lap && !s.ring.drops(w, lap) || !word.CompareAndSwap(w, lap|mine) {
			return k
		} else if w != lap {
			s.ring.dropped.Add(1)
		}
	}
	return n
}

// drops says whether a cell that holds w may be overwritten by a value of this lap.
func (r *MPMC[T]) drops(w, lap uint64) bool {
	return r.mode == DropOldest && w == (lap-lapUnit)|cellFull
}

// fill writes and publishes what was claimed, the last one with a fence.
func (s *Sender[T]) fill(first uint64, src []T) {
	cells, shift := s.cells, s.shift // in registers
	last := len(src) - 1
	for k := range src {
		i := first + uint64(k)
		cell := cells.at(i)
		cell.value = src[k]
		if full := lapOf(i, shift) | cellFull; plainStores && k < last {
			storePlain(&cell.stamp, full)
		} else {
			cell.stamp.Store(full)
		}
	}
}

// TryPopBatch moves the oldest values to dst, at most len(dst), and returns how many: a run without
// a gap, the last of which has the number Seq. It fails like TryPop when there is none and dst is
// not empty.
//
// The cells are given back when all of the run is copied.
func (c *Receiver[T]) TryPopBatch(dst []T) (int, error) {
	if len(dst) == 0 {
		return 0, nil
	}
	c.since = c.next // who takes batches is behind as it is
	first, err := c.take()
	if err != nil {
		return 0, err
	}
	n := 1
	if first+1 == c.next { // not a stray
		n = c.takeMore(first, len(dst))
		c.next = first + uint64(n)
		c.seq = c.next - 1
	}
	c.empty(first, dst[:n])
	if c.next/hintEvery != first/hintEvery {
		advance(c.ring.head, c.next)
	}
	if c.bell.Load()&parked != 0 {
		ring(c.bell, n)
	}
	return n, nil
}

// takeMore takes the values that follow the first, as far as they are full, and returns how many it
// has of the n that are wanted.
func (c *Receiver[T]) takeMore(first uint64, n int) int {
	cells, shift, mine := c.cells, c.shift, c.mine // in registers
	for k := 1; k < n; k++ {
		i := first + uint64(k)
		word, full := &cells.at(i).stamp, lapOf(i, shift)|cellFull
		if word.Load() != full || !word.CompareAndSwap(full, full|mine) {
			return k
		}
	}
	return n
}

// empty copies what was taken, and then gives the cells back, the last one with a fence.
func (c *Receiver[T]) empty(first uint64, dst []T) {
	cells, shift := c.cells, c.shift // in registers
	for k := range dst {
		dst[k] = cells.at(first + uint64(k)).value
	}
	last := len(dst) - 1
	for k := range dst {
		i := first + uint64(k)
		word, free := &cells.at(i).stamp, lapOf(i, shift)+lapUnit
		if plainStores && k < last {
			storePlain(word, free)
		} else {
			word.Store(free)
		}
	}
}
