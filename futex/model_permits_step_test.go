package futex

// step is what goroutine i can do next.
func (m *permitModel) step(s pmState, i int) []pmState {
	a := &s.actors[i] // of the copy that is returned
	switch a.pc {
	case pmDone:
		return nil
	case pmAsleep:
		if a.cancelled || a.stale {
			return s.rouse(i)
		}
		return nil
	case pmTurn:
		return m.turns(s, i)
	case pmGiveUp:
		if a.pc = pmLeave; !m.rules.noHandOn {
			return s.wakeOne()
		}
	case pmCall:
		a.pc = pmTaken
		return s.wakeOne()
	case pmWake:
		m.again(a, i)
		return s.wakeOne()
	case pmLeave, pmTaken:
		m.unpark(&s, i)
	case pmLine:
		m.joinLine(&s, i)
	case pmScan, pmChain:
		m.look(&s, a, uint8(m.procs[i]+1))
	case pmInside, pmBell, pmRing:
		if m.keep && i != pmGiver {
			return nil
		}
		m.release(&s, a, i)
	default:
		m.begin(&s, a, uint8(m.procs[i]+1))
	}
	return []pmState{s}
}

// begin are the steps before the look at all words, and the system call.
func (m *permitModel) begin(s *pmState, a *pmActor, me uint8) {
	switch a.pc {
	case pmFast:
		if a.pc = pmLook; s.words[0] == 0 {
			s.words[0], a.has, a.pc = me, 0, pmInside
		}
	case pmLook:
		a.stale, a.pc = a.stale && m.rules.lookLate, pmArm
		if m.rules.armLate {
			a.pc, a.k = pmScan, 0
		}
	case pmArm:
		if !m.rules.noArm {
			s.bell |= pmW
		}
		a.bell, a.pc, a.k = s.bell, pmScan, 0
		if m.rules.armLate {
			a.pc = pmLine
		}
	case pmSleep:
		if a.pc = pmLook; s.bell == a.bell || m.rules.noCompare {
			a.pc = pmAsleep
		}
	}
}

// look is one word of find, or of callNext.
func (m *permitModel) look(s *pmState, a *pmActor, me uint8) {
	k := int(a.k)
	a.k++
	last := a.k == pmWords
	switch {
	case a.pc == pmChain && s.words[k] == 0:
		a.pc = pmCall
	case a.pc == pmChain && last:
		a.pc = pmTaken
	case a.pc == pmChain:
	case s.words[k] == 0 || s.toBeHad(k) && !m.rules.noRob:
		s.words[k], a.has, a.k = me, uint8(k), 0
		if a.pc = pmChain; m.rules.noChain {
			a.pc = pmTaken
		}
	case last && m.rules.armLate:
		a.pc = pmArm
	case last:
		a.pc = pmLine
	}
}

// release are the steps of Release up to its wake.
func (m *permitModel) release(s *pmState, a *pmActor, i int) {
	switch a.pc {
	case pmInside:
		if m.rules.bellFirst && a.k == 0 {
			a.bell, a.k = s.bell, 1 // looked
			return
		}
		s.words[a.has] = 0
		a.pc = pmBell
		if m.rules.bellFirst {
			m.heed(a, i, a.bell)
		}
	case pmBell:
		m.heed(a, i, s.bell)
	case pmRing:
		if s.bell != a.bell {
			a.pc = pmBell
			return
		}
		if s.bell &^= pmW; !m.rules.noStep {
			s.bell += pmStep
		}
		a.pc = pmWake
	}
}

// heed goes on to ring the bell that was looked at, or is done.
func (m *permitModel) heed(a *pmActor, i int, bell uint8) {
	if bell&pmW == 0 {
		m.again(a, i)
		return
	}
	a.bell, a.pc = bell, pmRing
}

// again begins the next round, or ends the goroutine.
func (m *permitModel) again(a *pmActor, i int) {
	*a = pmActor{pc: pmFast, has: a.has, rounds: a.rounds - 1}
	switch {
	case a.rounds == 0:
		a.pc = pmDone
	case i == pmGiver:
		a.pc, a.has = pmInside, a.has+1
	}
}

// joinLine is WaitInLine up to the system call.
func (m *permitModel) joinLine(s *pmState, i int) {
	a := &s.actors[i]
	if m.rules.lookLate {
		a.stale = false
	}
	switch first := s.line[m.procs[i]].join(i); {
	case !first:
		a.pc = pmTurn
	case a.cancelled:
		a.pc = pmGiveUp
	case a.stale && !m.rules.noStaleCheck:
		a.pc = pmLook
	default:
		a.pc = pmSleep
		a.stale = false // with noStaleCheck nobody comes back to it
	}
}

// rouse ends i's sleep. With its context done i may give up at once.
func (s pmState) rouse(i int) []pmState {
	again := s
	again.actors[i].pc = pmLook
	if !s.actors[i].cancelled {
		return []pmState{again}
	}
	s.actors[i].pc = pmGiveUp
	return []pmState{again, s}
}

// turns are the ends of the wait of somebody who is not first.
func (m *permitModel) turns(s pmState, i int) (next []pmState) {
	if s.actors[i].turn {
		n := s
		n.actors[i].turn = false
		n.actors[i].pc = pmLook
		next = append(next, n)
	}
	if s.actors[i].cancelled {
		s.actors[i].pc = pmGiveUp
		next = append(next, s)
	}
	return next
}

// wakeOne is FUTEX_WAKE of one: any of those who sleep.
func (s pmState) wakeOne() (next []pmState) {
	for j := range s.actors {
		if s.actors[j].pc == pmAsleep {
			next = append(next, s.rouse(j)...)
		}
	}
	if next == nil {
		next = append(next, s)
	}
	return next
}

func (m *permitModel) unpark(s *pmState, i int) {
	a := &s.actors[i]
	then := uint8(pmDone)
	if a.pc == pmTaken {
		then = pmInside
	}
	*a = pmActor{pc: then, has: a.has, rounds: a.rounds}
	if next := s.line[m.procs[i]].leave(i); next >= 0 && !m.rules.noNext {
		s.actors[next].turn = true
	}
}
