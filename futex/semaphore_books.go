package futex

import "sync/atomic"

// A line of the books says how many tokens (bits 0-31) a member (bits 32-63) has. A
// member may have several lines. A line is written by its member while that
// lives, by compare-and-swap; a dead member's by whoever takes it over. 0 is free.
const (
	lineTokens = 1<<32 - 1
	lineMember = 1 << 32
)

func memberOf(line uint64) ID    { return ID(line / lineMember) }
func tokensOf(line uint64) int64 { return int64(line & lineTokens) }

// SemaphoreBooks is what the books of a tracked semaphore say.
type SemaphoreBooks struct {
	Value int // tokens that can be had
	Held  int // tokens that living members have
	Lost  int // tokens that dead members have: TakeLost gets them

	// Missing are tokens that are on their way between the value and the books at
	// this moment. If it stays the same while nobody calls the semaphore, members
	// were killed within the few dozen instructions between the two, and these tokens
	// are gone.
	Missing int
}

// Books reads the books of a tracked semaphore. While others use it the numbers
// are of slightly different moments. Without Track only Value is known.
func (s *Semaphore) Books(mb Member) SemaphoreBooks {
	v := s.state.Load()
	b := SemaphoreBooks{Value: int(v & semValue)}
	if v < semTracked {
		return b
	}
	held, lost := s.count(mb)
	b.Held, b.Lost = int(held), int(lost)
	b.Missing = int(v/semLimit&maxCount) - b.Value - b.Held - b.Lost
	return b
}

// TakeLost makes the tokens of dead members mb's own and returns how many those
// are: the caller repairs what they stood for, then releases them. A caller that
// is killed before leaves them to the next. Of several who call it each token goes
// to one. Without Track it returns 0.
func (s *Semaphore) TakeLost(mb Member) int {
	taken := int64(0)
	for i := range s.books {
		v := s.books[i].Load()
		if tokensOf(v) == 0 || mb.Alive(memberOf(v)) {
			continue
		}
		// The line itself changes hands: no instant without an owner.
		if s.books[i].CompareAndSwap(v, uint64(mb.ID())*lineMember|v&lineTokens) {
			taken += tokensOf(v)
		}
	}
	return int(taken)
}

// lost is how many tokens dead members have.
func (s *Semaphore) lost(mb Member) int64 {
	_, lost := s.count(mb)
	return lost
}

// count adds the books up.
func (s *Semaphore) count(mb Member) (held, lost int64) {
	for i := range s.books {
		switch v := s.books[i].Load(); {
		case tokensOf(v) == 0:
		case mb.Alive(memberOf(v)):
			held += tokensOf(v)
		default:
			lost += tokensOf(v)
		}
	}
	return held, lost
}

// book is where one member's acquires are written down. The zero value is nowhere:
// the semaphore is not tracked.
type book struct {
	line *atomic.Uint64
	id   ID
}

// bookOf returns mb's book. It is false if the semaphore is tracked and has no line
// left.
func (s *Semaphore) bookOf(mb Member) (book, bool) {
	if s.state.Load() < semTracked {
		return book{}, true
	}
	id := mb.ID()
	for i := range uint32(semaphoreBooks) {
		if line := s.line(id, i); memberOf(line.Load()) == id {
			return book{line, id}, true
		}
	}
	for i := range uint32(semaphoreBooks) {
		line := s.line(id, i)
		v := line.Load()
		if tokensOf(v) == 0 && !mb.Alive(memberOf(v)) && line.CompareAndSwap(v, uint64(id)*lineMember) {
			return book{line, id}, true
		}
	}
	return book{}, false
}

// line is the i-th line in which id is looked for.
func (s *Semaphore) line(id ID, i uint32) *atomic.Uint64 {
	return &s.books[(id.Slot()+i)%semaphoreBooks]
}

// write writes down n tokens that were just taken. Killed before it, they are
// missing.
func (b book) write(n int64) {
	for b.line != nil {
		v := b.line.Load()
		if memberOf(v) != b.id || tokensOf(v)+n > maxCount {
			return // a peer that breaks the rules has been here
		}
		if b.line.CompareAndSwap(v, v+uint64(n)) {
			return
		}
	}
}

// strike takes n tokens out of mb's lines, or none if there are fewer. Killed
// after it, they are missing.
func (s *Semaphore) strike(mb Member, n int) bool {
	id, left := mb.ID(), int64(n)
	for i := uint32(0); i < semaphoreBooks && left > 0; i++ {
		left -= strikeFrom(s.line(id, i), id, left)
	}
	if left > 0 && left < int64(n) {
		if b, ok := s.bookOf(mb); ok {
			b.write(int64(n) - left)
		}
	}
	return left == 0
}

// strikeFrom takes up to n tokens out of the line, if it is id's.
func strikeFrom(line *atomic.Uint64, id ID, n int64) int64 {
	for {
		v := line.Load()
		some := min(n, tokensOf(v))
		if memberOf(v) != id || some == 0 {
			return 0
		}
		if line.CompareAndSwap(v, v-uint64(some)) {
			return some
		}
	}
}
