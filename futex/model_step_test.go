package futex

// step is what goroutine i can do next.
func (m *model) step(s mState, i int) []mState {
	a := &s.actors[i] // of the copy that is returned
	switch a.pc {
	case asleep:
		return m.wakes(s, i)
	case waitsTurn:
		return m.turns(s, i)
	case atGiveUp:
		if a.pc = atLeave; !m.rules.noHandOn {
			return m.wakeOne(s)
		}
	case atWake:
		m.again(a)
		return m.wakeOne(s)
	case finished:
		return nil
	case atLine:
		m.joinLine(&s, i)
	case atLeave:
		m.unpark(&s, i)
		a.pc = finished
	case atTaken:
		m.unpark(&s, i)
		a.pc = inside
	default:
		m.stepWord(&s, a, m.procs[i])
	}
	return []mState{s}
}

// stepWord is a step of process p's goroutine a that concerns the word.
func (m *model) stepWord(s *mState, a *mActor, p int) {
	me := uint8(p + 1)
	switch a.pc {
	case atFast:
		if a.pc = atLook; s.word == 0 {
			s.word = me
			a.pc = inside
		}
		s.parks[p] = s.parks[p] || a.pc == atLook
	case atSpin:
		if a.pc = atLook; !a.stale && s.word == 0 {
			s.word = m.taken(me)
			a.pc = atTaken
		}
	case atLook:
		a.pc = atLoad
		a.stale = a.stale && m.rules.lookLate
	case atLoad:
		a.v = s.word
		if a.pc = atAlive; a.v == 0 {
			a.pc = atTake
		}
	case atAlive:
		m.evaluate(s, a)
	case atTake, atRob, atFlag:
		m.stepSwap(s, a, me)
	case atSleep:
		if a.pc = atSpin; s.word == a.v || m.rules.noCompare {
			a.pc = asleep
		}
	case inside:
		m.unlock(s, a, me)
	}
}

// stepSwap is one of the compare-and-swaps of the slow path.
func (m *model) stepSwap(s *mState, a *mActor, me uint8) {
	switch a.pc {
	case atTake:
		m.swap(s, a, 0, m.taken(me), atTaken)
	case atRob:
		if m.rules.blindTake {
			a.v = s.word
		}
		m.swap(s, a, a.v, m.taken(me), atTaken)
	case atFlag:
		if m.swap(s, a, a.v, a.v|wFlag, atLine); a.pc == atLine {
			a.v |= wFlag
		}
	}
}

// swap is a compare-and-swap; without luck the goroutine loads the word again.
func (m *model) swap(s *mState, a *mActor, old, new, then uint8) {
	if a.pc = atLoad; s.word == old {
		s.word = new
		a.pc = then
	}
}

// taken is the word after a slow-path acquire.
func (m *model) taken(me uint8) uint8 {
	if m.rules.noTakenW {
		return me
	}
	return me | wFlag
}

func (m *model) evaluate(s *mState, a *mActor) {
	switch owner := a.v &^ wFlag; {
	case owner == 0 || s.life[owner-1] == gone:
		a.pc = atRob
	case a.v&wFlag == 0 && !m.rules.noSleepW:
		a.pc = atFlag
	default:
		a.pc = atLine
	}
}

// joinLine is WaitInLine up to the system call.
func (m *model) joinLine(s *mState, i int) {
	p, a := m.procs[i], &s.actors[i]
	if m.rules.lookLate {
		a.stale = false
	}
	if !inLine(s, p, i) {
		for k := range s.line[p] {
			if s.line[p][k] == 0 {
				s.line[p][k] = int8(i + 1)
				break
			}
		}
	}
	switch {
	case s.line[p][0] != int8(i+1):
		a.pc = waitsTurn
	case a.cancelled:
		a.pc = atGiveUp
	default:
		a.bed = true
		if a.pc = atSleep; a.stale && !m.rules.noStaleCheck {
			a.pc = atLook
		}
	}
}

func inLine(s *mState, p, i int) bool {
	for _, k := range s.line[p] {
		if k == int8(i+1) {
			return true
		}
	}
	return false
}

// wakes are the ends of i's sleep that are not another's wake: the alarm of its
// context and the nudger. Both repeat while it sleeps.
func (m *model) wakes(s mState, i int) (next []mState) {
	a := s.actors[i]
	if a.cancelled && !m.rules.cancelOnce {
		next = append(next, m.wake(s, i)...)
	}
	if a.bed && a.stale && s.nudging[m.procs[i]] {
		next = append(next, m.wake(s, i)...)
	}
	return next
}

// ring is the one wake of cancelOnce: lost if i is not asleep.
func (m *model) ring(s mState, i int) []mState {
	s.actors[i].alarm = false
	if s.actors[i].pc == asleep {
		return m.wake(s, i)
	}
	return []mState{s}
}

// wake ends i's sleep. With its context done i may give up at once.
func (m *model) wake(s mState, i int) []mState {
	again := s
	again.actors[i].pc = atSpin
	if !s.actors[i].cancelled {
		return []mState{again}
	}
	s.actors[i].pc = atGiveUp
	return []mState{again, s}
}

// turns are the ends of the wait of somebody who is not first.
func (m *model) turns(s mState, i int) (next []mState) {
	if s.actors[i].turn {
		n := s
		n.actors[i].turn = false
		n.actors[i].pc = atSpin
		next = append(next, n)
	}
	if s.actors[i].cancelled {
		s.actors[i].pc = atGiveUp
		next = append(next, s)
	}
	return next
}

// wakeOne is FUTEX_WAKE of one: any of those who sleep.
func (m *model) wakeOne(s mState) (next []mState) {
	for j := range s.actors {
		if s.actors[j].pc == asleep && s.life[m.procs[j]] == lives {
			next = append(next, m.wake(s, j)...)
		}
	}
	if next == nil {
		next = []mState{s}
	}
	return next
}

func (m *model) unpark(s *mState, i int) {
	p := m.procs[i]
	s.actors[i].turn, s.actors[i].stale, s.actors[i].bed = false, false, false
	line := &s.line[p]
	for k := range line {
		if line[k] != int8(i+1) {
			continue
		}
		copy(line[k:], line[k+1:])
		line[len(line)-1] = 0
		if k == 0 && line[0] != 0 && !m.rules.noNext {
			s.actors[line[0]-1].turn = true
		}
		return
	}
}

// unlock is the CAS of Unlock; the wake is a step of its own.
func (m *model) unlock(s *mState, a *mActor, me uint8) {
	flagged := s.word&wFlag != 0
	if m.rules.blindUnlock && a.v != 0 { // looks first, stores later
		s.word = 0
		a.v = 0
		m.again(a)
		return
	}
	if m.rules.blindUnlock && !flagged {
		a.v = 1
		return
	}
	s.word = 0
	a.v = 0
	if a.pc = atWake; !flagged {
		m.again(a)
	}
}

// again begins the next round, or ends the goroutine.
func (m *model) again(a *mActor) {
	a.v, a.cancelled, a.alarm = 0, false, false
	if a.rounds--; a.rounds == 0 {
		a.pc = finished
		return
	}
	a.pc = atFast
}
