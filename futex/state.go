package futex

// State is what a lock looked like at one moment, for reports: by the time that
// somebody reads it, it may be different.
type State struct {
	Kind    string // the type's name
	Holders []ID   // who has it; nobody if it is free
	Waiters bool   // somebody may be asleep for it
	Note    string // what else is to be said of it, or ""
}

// State describes the mutex.
func (m *Mutex) State() State {
	v := m.word.Load()
	s := State{Kind: "Mutex", Waiters: v&waitersFlag != 0}
	switch owner := v & idMask; {
	case owner == notRecoverable:
		s.Note = "not recoverable"
		return s
	case owner != 0:
		s.Holders = []ID{ID(owner)}
	}
	if v&deadFlag != 0 {
		s.Note = "taken from a dead owner, not marked consistent yet"
	}
	return s
}
