package futex

// step is what process p can do next.
func (m *rwModel) step(s rwState, p int) []rwState {
	a := &s.actors[p] // of the copy that is returned
	switch {
	case a.pc == rwOver:
		return nil
	case rwBlocked(a.pc):
		return m.wakes(s, p)
	case a.pc <= rwTellWake:
		m.stepCount(&s, a, p)
	case a.pc <= rwGateSleep:
		m.stepGate(&s, a, p)
	case a.pc <= rwEndCAS:
		return m.stepEnd(s, p)
	case a.pc <= rwSleep:
		m.stepClaim(&s, a, p)
	case a.pc <= rwDrainSleep:
		m.stepDrain(&s, a, p)
	default:
		return m.stepHeld(s, p)
	}
	return []rwState{s}
}

// stepCount is counting in and out.
func (m *rwModel) stepCount(s *rwState, a *rwActor, p int) {
	switch a.pc {
	case rwEarly:
		a.v = s.word
		a.pc = rwCount
	case rwCount:
		s.held[p]++
		a.pc = rwLook
	case rwLook:
		if v := s.word; m.rules.lookFirst && rwOpen(a.v) || !m.rules.lookFirst && rwOpen(v) {
			a.pc = rwReading
			if a.marked {
				a.pc, a.then = rwUnmark, rwReading
			}
			return
		}
		a.pc = rwUndo
	case rwUndo:
		s.held[p]--
		if a.pc, a.then = rwTell, rwGate; m.rules.noTellUndo {
			a.pc = rwGate
		}
	case rwTell:
		if a.pc = a.then; !rwOpen(s.word) && s.drain && !m.rules.noTell {
			s.drain = false
			rwRung(s, rwDrainArm, rwDrainAsleep)
			a.pc = rwTellWake
		}
		m.done(a)
	case rwTellWake:
		m.wakeAll(s, rwDrainAsleep, rwDrain)
		a.pc = a.then
		m.done(a)
	}
}

// done ends a round whose last step was tell or endTurn.
func (m *rwModel) done(a *rwActor) {
	if a.pc == rwOver {
		m.again(a)
	}
}

func rwOpen(v uint8) bool { return v&rwOwner == 0 || v&rwOwner == rwTurn }

// rwRung notes that a bell was stepped, for those who have armed it.
func rwRung(s *rwState, from, to uint8) {
	for q := range s.actors {
		if a := &s.actors[q]; from < a.pc && a.pc <= to {
			a.rung = true
		}
	}
	for q := range s.actors { // with the gate's bell armed, and counting
		if a := &s.actors[q]; to == rwGateAsleep && a.pc <= rwTellWake {
			a.rung = true
		}
	}
}

func (m *rwModel) wakeAll(s *rwState, asleep, then uint8) {
	for q := range s.actors {
		if a := &s.actors[q]; s.life[q] == lives && a.pc == asleep {
			a.pc = then
		}
	}
}

// stepGate is awaitGate.
func (m *rwModel) stepGate(s *rwState, a *rwActor, p int) {
	switch a.pc {
	case rwGate:
		a.stale = false
		if a.pc = rwGateArm; m.rules.armLate {
			a.pc = rwGateLoad
		}
	case rwGateArm:
		s.gate, a.rung = true, false
		if a.pc = rwGateLoad; m.rules.armLate {
			a.pc = rwGateSleep
		}
	case rwGateLoad:
		a.v = s.word
		if a.pc = rwGateEval; rwOpen(a.v) {
			a.pc = rwCount
		}
	case rwGateEval:
		m.evalGate(s, a, p)
	case rwGateSleep:
		switch {
		case a.stale || a.rung:
			a.pc = rwGate
		default:
			a.pc = rwGateAsleep
		}
	}
}

func (m *rwModel) evalGate(s *rwState, a *rwActor, p int) {
	switch {
	case s.life[a.v&rwOwner-1] == gone:
		if a.pc = rwGate; s.word == a.v {
			s.word = uint8(p+1) | rwW | rwD
			a.was, a.pc, a.then = a.v, rwDrain, rwDrain
			if a.marked {
				a.pc = rwUnmark
			}
		}
	case a.cancelled:
		m.giveUpGate(a)
	case !a.marked:
		s.marks[p]++
		a.marked = true
		a.pc = rwGate
	case m.rules.armLate:
		a.pc = rwGateArm
	default:
		a.pc = rwGateSleep
	}
}

func (m *rwModel) giveUpGate(a *rwActor) {
	a.pc, a.then = rwOver, rwOver
	if a.marked && !m.rules.keepMark {
		a.pc = rwUnmark
		return
	}
	m.again(a)
}

// stepEnd is unmark and endTurn.
func (m *rwModel) stepEnd(s rwState, p int) []rwState {
	a := &s.actors[p]
	switch a.pc {
	case rwUnmark:
		s.marks[p]--
		a.marked, a.overtaken = false, 0
		if a.pc = rwEnd; m.rules.noEndReader {
			m.ended(a)
		}
	case rwEnd:
		a.v, a.i = s.word, 0
		if a.pc = rwEndSee; a.v&rwOwner != rwTurn {
			m.ended(a)
		}
	case rwEndSee:
		switch found, all := m.see(&s, a); {
		case found:
			m.ended(a)
		case all:
			a.pc = rwEndCAS
		}
	case rwEndCAS:
		if a.pc = rwEnd; s.word == a.v {
			flagged := a.v&rwW != 0
			s.word = 0
			m.ended(a)
			if flagged && !m.rules.noWakeEnd {
				return m.wakeOne(s)
			}
		}
	}
	return []rwState{s}
}

// ended goes where endTurn was called.
func (m *rwModel) ended(a *rwActor) {
	a.pc = a.then
	m.done(a)
}

// see looks at one member's marks: found one of the living, or seen all.
func (m *rwModel) see(s *rwState, a *rwActor) (found, all bool) {
	i := a.i
	a.i++
	if s.marks[i] > 0 && (s.life[i] != gone || m.rules.deadMarks) {
		return true, false
	}
	return false, a.i == rwProcs
}

// stepClaim is Lock up to the claim.
func (m *rwModel) stepClaim(s *rwState, a *rwActor, p int) {
	me := uint8(p + 1)
	switch a.pc {
	case rwFast:
		if a.pc = rwPark; s.word == 0 {
			m.claimed(s, a, me, 0)
		}
	case rwPark:
		a.stale, a.pc = false, rwLoad
	case rwLoad:
		a.v, a.i = s.word, 0
		a.pc = rwEval
	case rwEval:
		m.evalClaim(s, a, me)
	case rwSee:
		switch found, all := m.see(s, a); {
		case found && !m.rules.robTurn:
			a.pc = rwFlag
		case all, m.rules.robTurn:
			if a.pc = rwLoad; s.word == a.v {
				m.claimed(s, a, me|rwW, a.v)
			}
		}
	case rwFlag:
		if a.pc = rwLoad; s.word == a.v {
			s.word |= rwW
			a.v |= rwW
			a.pc = rwSleep
		}
	case rwSleep:
		switch {
		case a.cancelled:
			m.again(a)
		case a.stale || s.word != a.v:
			a.pc = rwPark
		default:
			a.pc = rwAsleep
		}
	}
}

func (m *rwModel) evalClaim(s *rwState, a *rwActor, me uint8) {
	switch owner := a.v & rwOwner; {
	case owner == rwTurn:
		a.pc = rwSee
	case owner == 0:
		if a.pc = rwLoad; s.word == a.v {
			m.claimed(s, a, me|rwW, a.v)
		}
	case s.life[owner-1] == gone:
		if a.pc = rwLoad; s.word == a.v {
			m.claimed(s, a, me|rwW|rwD, a.v)
		}
	default:
		a.pc = rwFlag
	}
}

// claimed notes that a writer has the word; those who wait to read are overtaken
// unless it is a dead writer's.
func (m *rwModel) claimed(s *rwState, a *rwActor, word, was uint8) {
	s.word = word
	a.pc, a.was, a.i = rwDrain, was, 0
	for q := range s.actors {
		if b := &s.actors[q]; rwOpen(was) && b.marked && s.life[q] == lives {
			b.overtaken++
		}
	}
}
