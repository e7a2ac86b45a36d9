package ringbuf

// The steps of the model of sleeping.

// refresh is a change of the bell: nobody falls asleep on what it was before, nor clears its flag.
func (m *bazaar) refresh() {
	for k := range m.who {
		m.who[k].fresh = false
	}
}

// front is the first value that is not behind all, and its state.
func (m *bazaar) front() (int, uint8) {
	for i, s := range m.value {
		if s < bTaken {
			return i, s
		}
	}
	return len(m.value), bFree
}

// step makes the next step of actor k. A wake of one sleeper has as many outcomes as there are.
func (p bazaarModel) step(m bazaar, k int, visit func(bazaar)) {
	a := &m.who[k]
	switch {
	case a.pc == bOver, a.pc == bAsleep:
		return
	case a.pc >= bRing:
		p.ring(m, k, visit)
		return
	case k < 2:
		p.push(&m, a)
	case k < 4:
		p.pop(&m, a)
	default:
		m.closed, a.pc = true, bRingAll
		m.refresh()
	}
	visit(m)
}

// push is Sender.TryPush.
func (p bazaarModel) push(m *bazaar, a *bazaarActor) {
	switch a.pc {
	case bBegin:
		if a.pc = bClaim; m.closed {
			a.pc = bOver
		}
	case bClaim:
		for i, s := range m.value {
			if s == bFree {
				m.value[i], a.at = bClaimed, uint8(i)
				break
			}
		}
		a.pc = bBell
	case bBell:
		if a.pc = bCommit; m.closed && p.without != bazaarBellAfterClaim {
			m.value[a.at], a.pc = bGap, bRingAll
			if p.without == bazaarWakeOfGap {
				a.pc = bOver
			}
		}
	case bCommit:
		m.value[a.at], a.pc = bFull, bParked
	case bParked:
		if a.pc = bRing; !m.parked {
			a.pc = bOver
		}
	}
}

// pop is Receiver.Pop, from the first look to the last.
func (p bazaarModel) pop(m *bazaar, a *bazaarActor) {
	switch a.pc {
	case bBegin, bAgain:
		p.look(m, a)
	case bClosed:
		a.closed, a.pc = m.closed, bAgain
	case bTake:
		if a.pc = bBegin; m.value[a.at] == bFull {
			m.value[a.at], a.pc = bTaken, bMore
		}
	case bMore:
		_, s := m.front()
		if a.pc = bOver; a.armed && m.parked && s == bFull && p.without != bazaarHandOn {
			a.pc = bRing
		}
	case bArm:
		m.parked, a.pc = true, bCount
		m.refresh()
	case bCount:
		m.refresh()
		if a.fresh, a.armed, a.pc = m.parked, true, bBegin; p.without == bazaarLookAfterArming {
			a.pc = bSleep
		}
	case bSleep:
		if a.pc = bArm; a.fresh || p.without == bazaarWordCheck {
			a.pc = bAsleep
		}
	}
}

// look is Receiver.TryPop: at the cell, then at the bell, then at the cell again.
func (p bazaarModel) look(m *bazaar, a *bazaarActor) {
	i, s := m.front()
	if a.pc == bAgain && p.without == bazaarLookTwice {
		s = a.at
	}
	switch {
	case s == bFull:
		a.at, a.pc = uint8(i), bTake
	case a.pc == bBegin:
		a.at, a.pc = s, bClosed
	case a.closed && s == bFree:
		a.pc, a.ended = bOver, true
	case a.armed:
		a.pc = bSleep
	default:
		a.pc = bArm
	}
}

// ring is ring and ringAll.
func (p bazaarModel) ring(m bazaar, k int, visit func(bazaar)) {
	a := &m.who[k]
	switch a.pc {
	case bRingAll:
		m.parked, a.pc = false, bRingAllCount
		m.refresh()
	case bRing, bRingAllCount:
		all := a.pc == bRingAllCount || m.closed && p.without != bazaarWakeAllAfterClose
		if a.pc = bWake; all {
			a.pc = bWakeAll
		}
		m.refresh()
		a.fresh = true
	case bWakeAll:
		for j := range m.who {
			m.wake(j)
		}
		a.pc = bClear
	case bWake:
		wakeOne(m, k, visit)
		return
	case bClear:
		if a.fresh || p.without == bazaarCompareAndClear {
			m.parked = false
			m.refresh()
		}
		a.pc = bOver
	}
	visit(m)
}

func (m *bazaar) wake(k int) {
	if m.who[k].pc == bAsleep {
		m.who[k].pc = bArm
	}
}

// wakeOne wakes any one sleeper. The flag stays if there was one.
func wakeOne(m bazaar, k int, visit func(bazaar)) {
	found := false
	for j := range m.who {
		if m.who[j].pc == bAsleep {
			found = true
			next := m
			next.wake(j)
			next.who[k].pc = bOver
			visit(next)
		}
	}
	if !found {
		m.who[k].pc = bClear
		visit(m)
	}
}
