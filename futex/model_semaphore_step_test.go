package futex

// step is what goroutine i can do next.
func (m *semModel) step(s smState, i int) []smState {
	a := &s.actors[i] // of the copy that is returned
	switch a.pc {
	case smDone:
		return nil
	case smAsleep:
		return m.awake(s, i)
	case smTurn:
		return m.turns(s, i)
	case smGiveUp:
		if a.pc = smLeave; !m.rules.noHandOn {
			return s.wake(1)
		}
	case smChain:
		a.pc = smTaken
		return s.wake(1)
	case smWake:
		n := m.amount(i)
		m.again(a, i)
		return s.wake(int(n))
	case smLeave, smTaken:
		m.unpark(&s, i)
	case smLine:
		m.joinLine(&s, i)
	case smBooks:
		return m.askBooks(s, i)
	default:
		m.stepWord(&s, a, i)
	}
	return []smState{s}
}

// stepWord is a step of a that concerns the word. A load and the compare-and-swap
// that depends on it are one step where nothing else depends on the load.
func (m *semModel) stepWord(s *smState, a *smActor, i int) {
	switch a.pc {
	case smFast:
		if a.pc = smLook; s.word&smValue > 0 {
			s.word--
			a.pc = smInside
		}
	case smLook:
		a.stale, a.pc = a.stale && m.rules.lookLate, smEval
	case smEval:
		m.evaluate(s, a)
	case smSleep:
		if a.pc = smLook; s.word == a.v || m.rules.noCompare {
			a.pc = smAsleep
		}
	case smInside:
		if m.keep && i != smGiver {
			m.again(a, i)
			return
		}
		a.v, a.pc = s.word, smRelease
	case smRelease:
		if s.word != a.v && !m.rules.blindRelease {
			a.pc = smInside
			return
		}
		flagged := a.v&smW != 0
		if s.word += m.amount(i); flagged {
			s.word &^= smW
		}
		if a.pc = smWake; !flagged {
			m.again(a, i)
		}
	}
}

// evaluate is takeOrFlag.
func (m *semModel) evaluate(s *smState, a *smActor) {
	if s.word&smValue == 0 {
		if !m.rules.noSleepW {
			s.word |= smW
		}
		a.v, a.pc = s.word, smBooks
		return
	}
	had := s.word & smW
	s.word--
	if !m.rules.noTakenW {
		s.word |= smW
	}
	chain := s.word&smValue > 0 && !m.rules.noChain && !(m.rules.chainOnce && had != 0)
	if a.pc = smTaken; chain {
		a.pc = smChain
	}
}

// askBooks leaves with ErrTokensLost if the dead have tokens.
func (m *semModel) askBooks(s smState, i int) []smState {
	a := &s.actors[i]
	if !m.tracked || s.lost == 0 {
		a.pc = smLine
		return []smState{s}
	}
	a.pc = smLeave // no hand-on: the death has all sleepers look
	return []smState{s}
}

// amount is how many tokens i releases at once.
func (m *semModel) amount(i int) uint8 {
	if i == smGiver {
		return m.give
	}
	return 1
}

// again begins the next round, or ends the goroutine.
func (m *semModel) again(a *smActor, i int) {
	*a = smActor{pc: smFast, rounds: a.rounds - 1}
	switch {
	case a.rounds == 0:
		a.pc = smDone
	case i == smGiver:
		a.pc = smInside
	}
}

// joinLine is WaitInLine up to the system call.
func (m *semModel) joinLine(s *smState, i int) {
	a := &s.actors[i]
	if m.rules.lookLate {
		a.stale = false
	}
	switch first := s.line[m.procs[i]].join(i); {
	case !first:
		a.pc = smTurn
	case a.cancelled:
		a.pc = smGiveUp
	case a.stale && !m.rules.noStaleCheck:
		a.pc = smLook
	default:
		a.pc = smSleep
	}
	if a.pc != smSleep {
		a.v = 0
	}
	if a.pc == smSleep && m.rules.noStaleCheck {
		a.stale = false // nobody comes back to it
	}
}

// awake are the ends of i's sleep that are not another's wake.
func (m *semModel) awake(s smState, i int) (next []smState) {
	if a := s.actors[i]; a.cancelled || a.stale {
		next = s.rouse(i)
	}
	return next
}

// rouse ends i's sleep. With its context done i may give up at once.
func (s smState) rouse(i int) []smState {
	again := s
	again.actors[i].pc = smLook
	if !s.actors[i].cancelled {
		return []smState{again}
	}
	s.actors[i].pc = smGiveUp
	return []smState{again, s}
}

// turns are the ends of the wait of somebody who is not first.
func (m *semModel) turns(s smState, i int) (next []smState) {
	if s.actors[i].turn {
		n := s
		n.actors[i].turn = false
		n.actors[i].pc = smLook
		next = append(next, n)
	}
	if s.actors[i].cancelled {
		s.actors[i].pc = smGiveUp
		next = append(next, s)
	}
	return next
}

// wake is FUTEX_WAKE: any n of those who sleep.
func (s smState) wake(n int) (next []smState) {
	for j := range s.actors {
		if s.actors[j].pc != smAsleep {
			continue
		}
		for _, r := range s.rouse(j) {
			if n > 1 {
				next = append(next, r.wake(n-1)...)
			} else {
				next = append(next, r)
			}
		}
	}
	if next == nil {
		next = append(next, s)
	}
	return next
}

func (m *semModel) unpark(s *smState, i int) {
	a := &s.actors[i]
	then := uint8(smDone)
	if a.pc == smTaken {
		then = smInside
	}
	*a = smActor{pc: then, rounds: a.rounds}
	if next := s.line[m.procs[i]].leave(i); next >= 0 && !m.rules.noNext {
		s.actors[next].turn = true
	}
}
