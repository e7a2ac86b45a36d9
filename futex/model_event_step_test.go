package futex

// wait is what waiter i can do next.
func (m *eventModel) wait(s evState, i int) []evState {
	w := &s.waiters[i] // of the copy that is returned
	switch w.pc {
	case evDone:
		return nil
	case evAsleep, evTurn:
		return m.waiting(s, i)
	case evGiveUp:
		w.pc = evLeave
		return s.wakeOne()
	case evLine, evSecond:
		m.joinLine(&s, i)
	case evLeave:
		m.unpark(&s, i)
	default:
		m.look(&s, w)
	}
	return []evState{s}
}

// look is a step of w that concerns the word.
func (m *eventModel) look(s *evState, w *evWaiter) {
	switch w.pc {
	case evBegin:
		w.since = s.word &^ evW
		if w.pc = evLook; s.word&evS != 0 {
			w.pc = evDone
		}
	case evLook:
		w.stale, w.pc = false, evLoad
	case evLoad:
		w.v = s.word
		switch {
		case m.passed(w):
			w.passed, w.pc = true, evLeave
		case w.v&evW != 0 || m.rules.noSleepW:
			w.pc = evLine
		default:
			w.pc = evFlag
		}
	case evFlag:
		if w.pc = evLoad; s.word == w.v {
			s.word |= evW
			w.v, w.pc = s.word, evLine
		}
	case evCompare:
		if w.pc = evSecond; s.word != w.v && !m.rules.noLineCompare {
			w.pc = evLook
		}
	case evSleep:
		if w.pc = evLook; s.word == w.v || m.rules.noCompare {
			w.pc = evAsleep
		}
	}
}

func (m *eventModel) passed(w *evWaiter) bool {
	if m.rules.noGeneration {
		return w.v&evS != 0
	}
	return w.v&^evW != w.since
}

// joinLine is the part of WaitTogether, and then of WaitInLine, under the lot's
// lock.
func (m *eventModel) joinLine(s *evState, i int) {
	first := s.line[m.waiters[i]].join(i)
	switch w := &s.waiters[i]; {
	case first:
		m.toBed(w)
	case w.pc == evLine:
		w.pc = evCompare
	default:
		w.pc = evTurn
	}
}

// toBed is Place.Wait up to the system call.
func (m *eventModel) toBed(w *evWaiter) {
	switch {
	case w.cancelled:
		w.pc = evGiveUp
	case w.stale:
		w.pc = evLook
	default:
		w.pc = evSleep
	}
}

// waiting are the ends of i's wait that are not Set's wake: the alarm of its
// context, the nudger, its turn.
func (m *eventModel) waiting(s evState, i int) (next []evState) {
	w := s.waiters[i]
	add := func(change func(w *evWaiter)) {
		n := s
		change(&n.waiters[i])
		next = append(next, n)
	}
	if w.cancelled {
		add(func(w *evWaiter) { w.pc = evGiveUp })
	}
	switch {
	case w.pc == evAsleep && (w.cancelled || w.stale):
		add(func(w *evWaiter) { w.pc = evLook })
	case w.pc == evTurn && w.turn:
		add(func(w *evWaiter) { w.turn, w.pc = false, evLook })
	}
	return next
}

func (m *eventModel) unpark(s *evState, i int) {
	s.waiters[i].pc, s.waiters[i].turn = evDone, false
	if next := s.line[m.waiters[i]].leave(i); next >= 0 && !m.rules.noNext {
		s.waiters[next].turn = true
	}
}
