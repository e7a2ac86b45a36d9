package ringbuf

// The steps that both sides share.

// publish stores plainly or with a fence.
func (p protocol) publish(m *machine, t int, w word, v uint8) bool {
	if m.th[t].fast || p.without == theFenceOfThePublication {
		m.mov(t, w, v)
		return true
	}
	return p.locked(m, t, func() { m.mem[w] = v })
}

// locked is a locked instruction.
func (p protocol) locked(m *machine, t int, f func()) bool {
	if !m.drained(t) {
		return false
	}
	f()
	return true
}

func (p protocol) goPlain(m *machine, t int, w word) bool {
	th := &m.th[t]
	if p.without == theFenceOfGoingPlain {
		m.mov(t, w, 1)
	} else if !p.locked(m, t, func() { m.mem[w] = 1 }) {
		return false
	}
	th.fast = true
	th.pc = pcTry
	return true
}

// answer clears the parked flag of a bell, if it is set.
func (p protocol) answer(m *machine, t int, bell word) bool {
	th := &m.th[t]
	return p.locked(m, t, func() {
		was := m.mem[bell]
		m.mem[bell] = was &^ parked
		th.pc = pcRetract
		if was&parked != 0 && p.without != theWake {
			th.pc = pcWake
		}
	})
}

// blocked is ErrFull or ErrEmpty: the first goes to park, the one of the try within park to sleep.
func (p protocol) blocked(th *thread) bool {
	th.pc = pcPark
	if th.parking {
		th.pc = pcRetry
	}
	return true
}

// unparkIfDone has a thread that ended leave its place: it clears its flag first.
func (p protocol) unparkIfDone(m *machine, t int, bell word) bool {
	th := &m.th[t]
	if th.pc != done || !th.parking {
		return true
	}
	if !m.drained(t) {
		return false
	}
	m.mem[bell] &^= parked
	th.parking = false
	return true
}

// park is wait.until: flag, fence, mode, barrier, try, sleep.
func (p protocol) park(m *machine, t int, bell, mode word) bool {
	th := &m.th[t]
	switch th.pc {
	case pcPark:
		if p.without == theFenceOfTheFlag {
			if th.stores == bufferSize {
				return false
			}
			m.mov(t, bell, m.load(t, bell)|parked)
		} else if !p.locked(m, t, func() { m.mem[bell] |= parked }) {
			return false
		}
		th.parking = true
		th.pc = pcMode
	case pcMode:
		th.pc = pcBarrier
		if m.load(t, mode) == 0 || p.without == theBarrier {
			p.fenced(th)
		}
	case pcBarrier:
		if p.without == theFenceOfTheFlag {
			m.othersBarrier(t)
		} else {
			m.barrier()
		}
		p.fenced(th)
	case pcRetry: // the try failed
		th.bell = m.load(t, bell)
		th.pc = pcSleep
		if th.bell != parked {
			th.pc = pcPark
		}
	case pcSleep: // FUTEX_WAIT, which enters the kernel
		return p.locked(m, t, func() {
			th.pc = pcPark
			if m.mem[bell] == th.bell || p.without == theWordCheckOfTheSleep {
				th.asleep = bell
			}
		})
	case pcUnpark:
		return p.locked(m, t, func() {
			m.mem[bell] &^= parked
			th.parking = false
			th.pc = pcNext
		})
	}
	return true
}

// fenced goes on to the look that follows the flag and its fence.
func (p protocol) fenced(th *thread) {
	th.pc = pcTry
	if p.without == theLookAfterTheFlag {
		th.pc = pcRetry
	}
}

// othersBarrier is a barrier that its caller does not take part in.
func (m *machine) othersBarrier(me int) {
	for t := range m.th {
		for t != me && m.th[t].stores > 0 {
			m.drain(t)
		}
	}
}

// close is SPSC.Close.
func (p protocol) close(m *machine) bool {
	th := &m.th[tCloser]
	first, second := wBellP, wBellC
	if p.without == theOrderOfClose {
		first, second = second, first
	}
	switch th.pc {
	case 0:
		m.mem[first] |= closed
	case 1:
		if m.load(tCloser, wPlainPush) != 0 && p.without != theBarrierOfClose {
			m.barrier()
		}
	case 2:
		m.mem[second] |= closed
	case 3:
		m.wake(wBellP)
	case 4:
		m.wake(wBellC)
		th.pc = done
		return true
	}
	th.pc++
	return true
}
