package futex

import "math"

// Everything here is called with the mutex held.

// enlist counts one more goroutine of mb as waiting, and returns its cell: mb's
// own, or one in which nobody waits, or a dead member's.
func (c *Cond) enlist(mb Member) (*condCell, error) {
	i := c.seek(mb)
	if i < 0 {
		return nil, ErrFull
	}
	cell := &c.cells[i]
	if cell.member.Load() != uint32(mb.ID()) {
		c.bury(i, mb)
		cell.member.Store(uint32(mb.ID()))
	}
	c.arrivals.Add(1)
	cell.counts.Add(1)
	return cell, nil
}

func (c *Cond) seek(mb Member) int {
	id, idle := mb.ID(), -1
	for k := range memberCells {
		i := (home(id) + k) % memberCells
		switch owner := ID(c.cells[i].member.Load()); {
		case owner == id:
			return i
		case idle < 0 && c.cells[i].counts.Load() == 0:
			idle = i
		}
	}
	for i := 0; i < memberCells && idle < 0; i++ {
		if !mb.Alive(ID(c.cells[i].member.Load())) {
			idle = i
		}
	}
	return idle
}

// give notifies n of those who wait.
func (c *Cond) give(mb Member, n uint32) {
	first := int(c.cursor.Load() % memberCells)
	for k := 0; k < memberCells && n > 0; k++ {
		i := (first + k) % memberCells
		if given := c.giveTo(i, mb, n); given > 0 {
			n -= given
			c.cursor.Store(uint32(i+1) % memberCells)
		}
	}
}

// giveTo notifies up to n of those who wait at cell i, and returns how many it
// has. It asks whether the member lives after it has given: if it does, then its
// death is still to come, and makes the others look for what it leaves. If not,
// it takes back what it gave; what was given before, others are looking for.
func (c *Cond) giveTo(i int, mb Member, n uint32) uint32 {
	cell := &c.cells[i]
	notified, waiting := split(cell.counts.Load())
	n = min(n, waiting, math.MaxUint32-notified)
	if n == 0 {
		return 0
	}
	if notified == 0 {
		cell.since.Store(c.arrivals.Load())
	}
	cell.counts.Store(joint(notified+n, waiting-n))
	if !mb.Alive(ID(cell.member.Load())) {
		cell.counts.Store(joint(notified, 0))
		return 0
	}
	cell.word.Add(1)
	at(pointReleased)
	_, _ = Wake(&cell.word, math.MaxInt32)
	return n
}

// legacy reports whether the cell's member is dead and has been notified.
func (cell *condCell) legacy(mb Member) bool {
	notified, _ := split(cell.counts.Load())
	return notified > 0 && !mb.Alive(ID(cell.member.Load()))
}

// bequeath gives away what the dead have left.
func (c *Cond) bequeath(mb Member) {
	for i := range c.cells {
		if c.cells[i].legacy(mb) {
			c.bury(i, mb)
		}
	}
}

// bury gives away what a dead member was notified of, then frees its cell: killed
// in between, it is given away once more.
//
// If nobody has begun to wait since the notify, then whoever waits was waiting
// then, and any of them will do. Else the notify may not go to a newcomer while
// an older one sleeps on: each process gets it, for the oldest of its own.
func (c *Cond) bury(i int, mb Member) {
	cell := &c.cells[i]
	notified, _ := split(cell.counts.Load())
	cell.counts.Store(joint(notified, 0)) // nobody waits here: it is given to others
	switch {
	case notified == 0:
	case cell.since.Load() == c.arrivals.Load():
		c.give(mb, notified)
	default:
		for k := range c.cells {
			c.giveTo(k, mb, notified)
		}
	}
	cell.counts.Store(0)
	cell.member.Store(0)
}
