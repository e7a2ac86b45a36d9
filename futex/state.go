package futex

import (
	"fmt"
	"slices"
)

// State is what a lock looked like at one moment, for reports: by the time that
// somebody reads it, it may be different.
type State struct {
	Kind    string `json:"kind"`    // the type's name
	Holders []ID   `json:"holders"` // who has it, each once, in no order; nobody if it is free
	Waiters bool   `json:"waiters"` // somebody may be asleep for it
	Note    string `json:"note"`    // what else is to be said of it, or ""
}

// hold notes a holder, unless it is nobody or noted already.
func (s *State) hold(id ID) {
	if id != NoID && !slices.Contains(s.Holders, id) {
		s.Holders = append(s.Holders, id)
	}
}

// owned notes what a word laid out as a Mutex's says.
func (s *State) owned(v uint32) {
	s.Waiters = v&waitersFlag != 0
	switch owner := v & idMask; {
	case owner == notRecoverable:
		s.Note = "not recoverable"
	case owner == readersTurn:
		s.Note = "the turn of readers that waited"
	default:
		s.hold(ID(owner))
	}
	if v&deadFlag != 0 {
		s.Note = "taken from a dead owner, not marked consistent yet"
	}
}

// State describes the mutex.
func (m *Mutex) State() State {
	s := State{Kind: "Mutex"}
	s.owned(m.word.Load())
	return s
}

// State describes the mutex.
func (m *RMutex) State() State {
	s := m.mutex.State()
	s.Kind = "RMutex"
	if n := m.depth.Load(); n > 0 && len(s.Holders) > 0 && s.Note == "" {
		s.Note = fmt.Sprintf("locked %d times", uint64(n)+1)
	}
	return s
}

// State describes the mutex: its holders are the writer, if the word names one, and
// the members with read locks.
func (m *RWMutex) State() State {
	s := State{Kind: "RWMutex"}
	s.owned(m.word.Load())
	writer, readers, waiting := len(s.Holders) > 0, uint64(0), uint64(0)
	for i := range m.cells {
		if v := m.cells[i].held.Load(); cellCount(v) > 0 {
			readers += uint64(cellCount(v))
			s.hold(cellID(v) & idMask)
		}
		waiting += uint64(cellCount(m.waits[i].Load()))
	}
	s.Waiters = s.Waiters || waiting > 0
	if s.Note == "" && (readers > 0 || waiting > 0) {
		s.Note = fmt.Sprintf("%d read locks, %d wait to read", readers, waiting)
		if writer {
			s.Note += ", a writer has it or waits for them"
		}
	}
	return s
}

// State describes the condition variable.
func (c *Cond) State() State {
	s := State{Kind: "Cond"}
	waiting, notified := uint64(0), uint64(0)
	for i := range c.cells {
		v := c.cells[i].counts.Load()
		waiting += v & (1<<32 - 1)
		notified += v >> 32
	}
	s.Waiters = waiting+notified > 0
	if s.Waiters {
		s.Note = fmt.Sprintf("%d wait, %d are notified and not back", waiting, notified)
	}
	return s
}

// State describes the event.
func (e *Event) State() State {
	v := e.flag.Load()
	s := State{Kind: "Event", Waiters: v&eventWaiters != 0, Note: "not set"}
	if v&eventSet != 0 {
		s.Note = "set"
	}
	return s
}

// State describes the latch.
func (l *Latch) State() State {
	v := l.word.Load()
	return State{Kind: "Latch", Waiters: v&latchWaiters != 0, Note: fmt.Sprintf("%d to count down", v/latchCount&maxCount)}
}

// State describes it: the holder is who runs its function.
func (o *Once) State() State {
	s := State{Kind: "Once"}
	if o.Done() {
		s.Note = "done"
		return s
	}
	s.owned(o.runner.Load())
	return s
}

// State describes the semaphore: its holders are known if it keeps books.
func (s *Semaphore) State() State {
	v := s.state.Load()
	st := State{Kind: "Semaphore", Waiters: v&semWaiters != 0, Note: fmt.Sprintf("%d tokens", v&semValue)}
	for i := range s.books {
		if b := s.books[i].Load(); uint32(b) > 0 {
			st.hold(ID(b>>32) & idMask)
		}
	}
	return st
}

// State describes the barrier: its holders are the members that have joined it.
func (b *Barrier) State() State {
	v := barrierState(b.state.Load())
	s := State{Kind: "Barrier", Waiters: v&barrierSleepers != 0}
	for i := range b.joined {
		s.hold(ID(b.joined[i].Load()) & idMask)
	}
	switch {
	case v&barrierBroken != 0:
		s.Note = "broken"
	case v&barrierRunning != 0:
		s.Note = fmt.Sprintf("round %d: the action runs", v.round())
	default:
		s.Note = fmt.Sprintf("round %d: %d of %d have arrived", v.round(), v.count(), b.parties.Load())
	}
	return s
}
