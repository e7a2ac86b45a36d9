package futex

import (
	"math/bits"
	"sync/atomic"
)

// A cell is {member:32, count:32}. Whose count is not 0 has the cell; one whose
// count is 0 may keep it, so as to find it again, until another one needs it.

// maxReaders is how many read locks a member can hold in one cell.
const maxReaders = 1<<31 - 1

func cellOf(id ID, count uint32) uint64 { return uint64(id)<<32 | uint64(count) }
func cellID(v uint64) ID                { return ID(v >> 32) }
func cellCount(v uint64) uint32         { return uint32(v) }

// home is the cell at which the search for a member's begins.
func home(id ID) int { return int(id.Slot() % memberCells) }

func (m *RWMutex) held(i int) *atomic.Uint64   { return &m.cells[i].held }
func (m *RWMutex) waited(i int) *atomic.Uint64 { return &m.waits[i] }

// add adds one to what is counted for mb in the cells, and returns where. Each
// turn of the loop but the last is another's progress on a cell.
func (m *RWMutex) add(mb Member, cell func(int) *atomic.Uint64) (int, error) {
	id := mb.ID()
	for {
		i := seek(mb, cell)
		if i < 0 {
			return i, ErrFull
		}
		m.use(i)
		v := cell(i).Load()
		next := v + 1
		switch {
		case cellID(v) != id && cellCount(v) != 0 && mb.Alive(cellID(v)):
			continue
		case cellID(v) != id:
			next = cellOf(id, 1)
		case cellCount(v) >= maxReaders:
			return i, ErrOverflow
		}
		if cell(i).CompareAndSwap(v, next) {
			return i, nil
		}
	}
}

// use says that cell i may be counted in, before it is.
func (m *RWMutex) use(i int) {
	if m.used.Load()&(1<<i) == 0 {
		m.used.Or(1 << i)
	}
}

// seek returns the index of mb's cell, or of one that it can have: one that
// nobody has, or one in which nothing is counted, or a dead one's. -1 is none.
//
// By the time that the caller looks the cell may be another's. And a member may
// come to count in two cells, when one before its own became free: the sum counts.
func seek(mb Member, cell func(int) *atomic.Uint64) int {
	id := mb.ID()
	idle := -1
	for k := range memberCells {
		i := (home(id) + k) % memberCells
		switch v := cell(i).Load(); {
		case cellID(v) == id || v == 0:
			return i
		case cellCount(v) == 0 && idle < 0:
			idle = i
		}
	}
	if idle >= 0 {
		return idle
	}
	for i := range memberCells {
		if !mb.Alive(cellID(cell(i).Load())) {
			return i
		}
	}
	return -1
}

// settle returns the cell that mb's readers are counted in, and keeps one for mb
// if it has none and one is to be had that nobody has.
func (m *RWMutex) settle(mb Member) int {
	id := mb.ID()
	for k := range memberCells {
		i := (home(id) + k) % memberCells
		m.use(i)
		if cellID(m.held(i).Load()) == id || m.held(i).CompareAndSwap(0, cellOf(id, 0)) {
			return i
		}
	}
	return home(id)
}

// uncount takes one off mb's readers, wherever it is counted.
func (m *RWMutex) uncount(mb Member) {
	id := mb.ID()
	for k := 0; k < memberCells; {
		c := m.held((home(id) + k) % memberCells)
		v := c.Load()
		switch {
		case cellID(v) != id || cellCount(v) == 0:
			k++
		case c.CompareAndSwap(v, v-1):
			m.tellWriter()
			return
		}
	}
	panic("futex: RUnlock of an RWMutex that the member does not hold for reading")
}

// tellWriter wakes the writer that may wait for a reader that has left.
func (m *RWMutex) tellWriter() {
	if !open(m.word.Load()) {
		ring(&m.drain)
	}
}

// counted reports whether any reader is counted, of members dead or alive.
func (m *RWMutex) counted() bool {
	for used := m.used.Load(); used != 0; used &= used - 1 {
		if cellCount(m.held(bits.TrailingZeros64(used)).Load()) != 0 {
			return true
		}
	}
	return false
}

// readers reports whether a reader that lives is counted.
//
// A reader counts itself and then looks at the word; a writer claims the word
// and then looks at the cells. All four are sequentially consistent, so of two
// who do this at once one sees the other: the reader the writer, and takes
// itself off again, or the writer the reader, and waits, or both. The bit in
// used comes before the count and is looked at after the claim, so the same
// holds for a cell that is used for the first time.
//
// mb has claimed the word.
func (m *RWMutex) readers(mb Member) bool { return m.anyAlive(mb, m.held) }

// marked reports whether anybody, dead or alive, is counted as waiting to read.
func (m *RWMutex) marked() bool {
	for used := m.used.Load(); used != 0; used &= used - 1 {
		if cellCount(m.waited(bits.TrailingZeros64(used)).Load()) != 0 {
			return true
		}
	}
	return false
}

// waiting reports whether a goroutine of a living member waits to read.
func (m *RWMutex) waiting(mb Member) bool { return m.anyAlive(mb, m.waited) }

// anyAlive reports whether a living member counts anything in the cells, and
// clears what the dead have left in those that it has looked at.
func (m *RWMutex) anyAlive(mb Member, cell func(int) *atomic.Uint64) bool {
	for used := m.used.Load(); used != 0; {
		c := cell(bits.TrailingZeros64(used))
		v := c.Load()
		switch {
		case cellCount(v) == 0:
			used &= used - 1
		case mb.Alive(cellID(v)):
			return true
		default:
			c.CompareAndSwap(v, 0) // then, or if somebody was faster, look again
		}
	}
	return false
}
