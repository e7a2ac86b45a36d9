package futex

// stepDrain is a writer's wait for the readers.
func (m *rwModel) stepDrain(s *rwState, a *rwActor, p int) {
	switch a.pc {
	case rwDrain:
		a.stale, a.i = false, 0
		a.pc = rwDrainArm
	case rwDrainArm:
		s.drain, a.rung = true, false
		a.pc = rwDrainSee
	case rwDrainSee:
		i := a.i
		a.i++
		switch {
		case s.held[i] > 0 && (s.life[i] != gone || m.rules.deadReaders):
			a.pc = rwDrainSleep
		case a.i == rwProcs:
			m.in(s, a)
		}
		if s.life[i] == gone && !m.rules.deadReaders {
			s.held[i] = 0
		}
	case rwDrainSleep:
		switch {
		case a.cancelled:
			m.disclaim(a)
		case a.stale || a.rung:
			a.pc = rwDrain
		default:
			a.pc = rwDrainAsleep
		}
	}
}

// in is where a writer is when the readers have left.
func (m *rwModel) in(s *rwState, a *rwActor) {
	if a.pc = rwWriting; !rwOpen(a.was) {
		a.pc = rwRepair
		s.owed = false
	}
}

func (m *rwModel) disclaim(a *rwActor) {
	a.i, a.any = 0, false
	if a.pc = rwMarked; !rwOpen(a.was) {
		a.pc = rwBack
	}
}

// stepHeld is what whoever holds the mutex does.
func (m *rwModel) stepHeld(s rwState, p int) []rwState {
	a := &s.actors[p]
	switch a.pc {
	case rwReading:
		s.held[p]--
		a.pc, a.then = rwTell, rwOver
	case rwRepair:
		s.word &^= rwD
		a.pc = rwWriting
	case rwWriting:
		a.pc, a.i, a.any = rwMarked, 0, false
	case rwMarked:
		a.any = a.any || s.marks[a.i] > 0
		if a.i++; a.i == rwProcs {
			a.pc = rwRelease
		}
	case rwRelease:
		a.v = s.word
		if a.next = 0; a.any && !m.rules.noTurn {
			a.next = rwTurn | a.v&rwW
		}
		s.word = a.next
		a.pc = rwRing
	case rwBack:
		a.v, a.next = rwW, a.was // wakes a writer in any case
		if s.word = a.was | s.word&rwW; m.rules.giveBackFree {
			s.word, a.next = 0, 0
		}
		if a.pc = rwRing; m.rules.noRingBack {
			a.pc = rwAfter
		}
	default:
		return m.stepLeave(s, p)
	}
	return []rwState{s}
}

// stepLeave is a writer's way out after the word is another's.
func (m *rwModel) stepLeave(s rwState, p int) []rwState {
	a := &s.actors[p]
	switch a.pc {
	case rwRing:
		if a.pc = rwAfter; s.gate && !m.rules.noRing {
			s.gate = false
			rwRung(&s, rwGateArm, rwGateAsleep)
			a.pc = rwRingAll
		}
	case rwRingAll:
		m.wakeAll(&s, rwGateAsleep, rwGate)
		a.pc = rwAfter
	case rwAfter:
		turn, wake := a.next&rwOwner == rwTurn, a.v&rwW != 0
		a.pc, a.then = rwOver, rwOver
		if turn && !m.rules.noEndUnlock {
			a.pc = rwEnd
			break
		}
		m.again(a)
		if wake && !turn {
			return m.wakeOne(s)
		}
	}
	return []rwState{s}
}

// wakeOne is FUTEX_WAKE of one that sleeps on the word: any of them.
func (m *rwModel) wakeOne(s rwState) (next []rwState) {
	for q := range s.actors {
		if s.actors[q].pc == rwAsleep && s.life[q] == lives {
			n := s
			n.actors[q].pc = rwPark
			next = append(next, n)
			if s.actors[q].cancelled { // it leaves, and hands the wake on
				n.actors[q].pc = rwOver
				m.again(&n.actors[q])
				next = append(next, m.wakeOne(n)...)
			}
		}
	}
	if next == nil {
		next = []rwState{s}
	}
	return next
}

// wakes are the ends of p's sleep that are not another's wake.
func (m *rwModel) wakes(s rwState, p int) (next []rwState) {
	a := &s.actors[p]
	if a.stale {
		n := s
		n.actors[p].pc = map[uint8]uint8{rwGateAsleep: rwGate, rwAsleep: rwPark, rwDrainAsleep: rwDrain}[a.pc]
		next = append(next, n)
	}
	if !a.cancelled {
		return next
	}
	switch a.pc {
	case rwGateAsleep:
		m.giveUpGate(a)
	case rwDrainAsleep:
		m.disclaim(a)
	default:
		m.again(a)
		return append(next, m.wakeOne(s)...) // hands on a wake
	}
	return append(next, s)
}
