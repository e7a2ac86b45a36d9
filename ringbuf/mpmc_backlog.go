package ringbuf

// Backlog is the values that were in a many-to-many ring at one moment, those that receivers hold
// (TryTake) and those that were just being pushed included. It belongs to one goroutine at a time.
type Backlog[T any] struct {
	ring      *MPMC[T]
	next, end uint64 // of the values next to end-1 it is not known that they were delivered
}

// Backlog notes what is in the ring now: each value whose push returned before is delivered, or in
// the Backlog.
func (r *MPMC[T]) Backlog() Backlog[T] {
	end := r.tail.Load()
	for range r.size + walkMore {
		if w, lap := r.cells.at(end).stamp.Load(), r.lap(end); w == lap || ahead(w, lap) < 0 {
			break
		}
		end++
	}
	return Backlog[T]{ring: r, next: end - r.size, end: end}
}

// Delivered says whether all of them were popped, or taken and Done, or lost for good: dropped, or
// never completed by a sender that died. It looks at each cell once in all the calls together, and
// once more in each call at the one that it stopped at.
func (b *Backlog[T]) Delivered() bool {
	for ; b.next != b.end; b.next++ {
		if !b.delivered(b.next) {
			return false
		}
	}
	return true
}

// Left is how many of them were not delivered yet. It looks at all cells.
func (b *Backlog[T]) Left() (n int) {
	for i := b.next; i != b.end; i++ {
		if !b.delivered(i) {
			n++
		}
	}
	return n
}

// delivered says whether the cell of value i is free for the next lap, or further.
func (b *Backlog[T]) delivered(i uint64) bool {
	return ahead(b.ring.cells.at(i).stamp.Load(), b.ring.lap(i)) > 0
}

// Return gives the value taken last back to the ring, as the death of this process would: it is
// delivered again, to whoever comes first, out of its order.
//
// It panics if there is none.
func (c *Receiver[T]) Return() {
	if !c.holds {
		panic("ringbuf: Return without a take")
	}
	c.holds = false
	c.cells.at(c.held).stamp.Store(lapOf(c.held, c.shift) | cellFull)
	c.ring.strays.Add(1) // after the cell, as in bury
	c.ring.wakeAll()
}
