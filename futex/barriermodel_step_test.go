package futex

// outcome is barrierState.outcome.
func (m *barrierModel) outcome(s, mine barrierWord) (over, broken bool) {
	switch {
	case s.round == mine.round && s.resets == mine.resets:
		return s.broken, true
	case s.resets == mine.resets || m.rules.noCut:
		return true, false
	}
	return true, s.cut == mine.round%2+1
}

// step is what process p can do next.
func (m *barrierModel) step(s barrierModelState, p int) []barrierModelState {
	a := &s.actors[p]
	switch {
	case a.pc == barOver:
		return nil
	case a.pc == barAsleep:
		return m.wakes(s, p)
	case a.pc <= barEnd:
		m.stepArrive(&s, a, p)
	case a.pc <= barSleep:
		m.stepWait(&s, a)
	case a.pc <= barWake:
		m.stepRing(&s, a)
	default:
		m.stepReset(&s, a)
	}
	return []barrierModelState{s}
}

// change is the CAS from a.v to w; then leads on when those who sleep are woken.
func (m *barrierModel) change(s *barrierModelState, a *barrierActor, w barrierWord, then uint8) bool {
	if s.word != a.v && !m.rules.blindRelease {
		return false
	}
	flagged := a.v.sleepers
	s.word = w
	if a.pc, a.then = then, then; flagged {
		a.pc = barStep
	}
	return true
}

func (w barrierWord) released() barrierWord {
	return barrierWord{resets: w.resets, round: w.round + 1, cut: w.cut}
}

func (m *barrierModel) stepArrive(s *barrierModelState, a *barrierActor, p int) {
	switch a.pc {
	case barArrive:
		if a.rounds == 0 {
			a.pc = barOver
			break
		}
		a.arrived, a.v = false, s.word
		if a.pc = barCount; a.v.broken {
			a.pc, a.failed = barOver, true
		}
	case barCount:
		m.count(s, a, p)
	case barAct:
		a.v = s.word
		if a.pc = barEnd; a.v.broken || a.v.running != uint8(p+1) || a.v.round != a.mine.round {
			a.pc, a.failed = barOver, true
		}
	case barEnd:
		if !m.change(s, a, a.v.released(), barArrive) {
			a.pc = barAct
		}
	}
}

func (m *barrierModel) count(s *barrierModelState, a *barrierActor, p int) {
	a.mine = a.v
	w := a.v
	ok := false
	switch {
	case w.count == 0:
		w.count = 1
		if ok = s.word == a.v; ok {
			s.word = w
			a.pc = barBell
		}
	case m.action:
		w.count, w.running = 0, uint8(p+1)
		if ok = s.word == a.v; ok {
			s.word = w
			a.pc = barAct
		}
	default:
		ok = m.change(s, a, w.released(), barArrive)
	}
	if !ok {
		a.pc = barArrive
		return
	}
	a.arrived = true
	a.rounds--
	s.came[a.mine.round] |= 1 << p
}

// stepWait is await.
func (m *barrierModel) stepWait(s *barrierModelState, a *barrierActor) {
	switch a.pc {
	case barBell:
		a.rung, a.stale = false, false
		a.pc = barLook
	case barLook:
		a.v, a.pc = s.word, barAsk
		if over, broken := m.outcome(a.v, a.mine); over {
			if a.pc = barArrive; broken {
				a.pc, a.failed = barOver, true
			}
		}
	case barAsk:
		if a.pc = barFlag; m.lost(s) {
			a.pc = barBreak
		}
	case barBreak:
		m.breakRound(s, a)
	case barFlag:
		m.flag(s, a)
	case barLate:
		a.rung, a.pc = false, barSleep
	case barSleep:
		switch {
		case a.cancelled:
			a.pc = barBreak
		case a.stale || a.rung:
			a.pc = barBell
		default:
			a.pc = barAsleep
		}
	}
}

func (m *barrierModel) flag(s *barrierModelState, a *barrierActor) {
	a.pc = barBell
	if !a.v.sleepers && !m.rules.noSleepers {
		if s.word != a.v {
			return
		}
		s.word.sleepers = true
	}
	if a.pc = barSleep; m.rules.lateBell {
		a.pc = barLate
	}
}

// breakRound is fail: load and CAS in one step, since it repeats them.
func (m *barrierModel) breakRound(s *barrierModelState, a *barrierActor) {
	a.v = s.word
	over, _ := m.outcome(a.v, a.mine)
	switch {
	case over:
		a.pc = barBell
	case a.cancelled && m.rules.quietGiveUp:
		a.pc, a.failed = barOver, true
	default:
		w := a.v
		w.broken, w.sleepers = true, false
		a.failed = true
		if m.change(s, a, w, barOver); m.rules.quietBreak {
			a.pc = barOver
		}
	}
}

func (m *barrierModel) lost(s *barrierModelState) bool {
	if r := s.word.running; r != 0 && s.life[r-1] == gone && !m.rules.noRunner {
		return true
	}
	for q := range s.joined {
		if s.joined[q] && s.life[q] == gone && !m.rules.noLost {
			return true
		}
	}
	return false
}

// stepRing is the second half of change.
func (m *barrierModel) stepRing(s *barrierModelState, a *barrierActor) {
	for q := range s.actors {
		b := &s.actors[q]
		switch {
		case a.pc == barStep && !m.rules.noStep:
			b.rung = true
		case a.pc == barWake && b.pc == barAsleep && s.life[q] == lives:
			b.pc = barBell
		}
	}
	if a.pc == barWake {
		a.pc = a.then
		return
	}
	a.pc = barWake
}

// stepReset is Reset.
func (m *barrierModel) stepReset(s *barrierModelState, a *barrierActor) {
	switch a.pc {
	case barAbort:
		a.v = s.word
		w := a.v
		w.broken, w.sleepers = true, false
		if m.rules.forgetFirst {
			a.pc = barForget
			break
		}
		if m.change(s, a, w, barForget); m.rules.quietBreak {
			a.pc = barForget
		}
	case barForget:
		for q := range s.joined {
			s.joined[q] = s.joined[q] && s.life[q] != gone
		}
		a.pc = barReset
	case barReset:
		a.v = s.word
		w := barrierWord{resets: a.v.resets + 1, round: a.v.round + 1, cut: a.v.round%2 + 1}
		if m.rules.forgetFirst {
			a.pc = barOver
			break
		}
		if m.change(s, a, w, barOver); m.rules.quietBreak {
			a.pc = barOver
		}
	}
}

// wakes are the ends of p's sleep that are not another's wake.
func (m *barrierModel) wakes(s barrierModelState, p int) (next []barrierModelState) {
	if s.actors[p].stale {
		n := s
		n.actors[p].pc = barBell
		next = append(next, n)
	}
	if s.actors[p].cancelled {
		n := s
		n.actors[p].pc = barBreak
		next = append(next, n)
	}
	return next
}
