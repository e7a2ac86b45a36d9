package ringbuf

import "fmt"

// pop is Consumer.Pop, over and over.
func (p protocol) pop(m *machine) bool {
	th := &m.th[tConsumer]
	switch th.pc {
	case pcTry: // TryPop: the stamp
		th.pc = pcFull
		if m.load(tConsumer, p.stamp(th.next)) == th.next+1 {
			th.pc = pcValue
		}
	case pcFull: // empty: closed
		th.closed = m.load(tConsumer, wBellC)&closed != 0
		th.pc = pcTaken
	case pcTaken: // empty: the stamp again
		isFull := m.load(tConsumer, p.stamp(th.next)) == th.next+1
		if p.without == theOrderOfEmpty { // the stamp of pcTry was good enough
			isFull = false
		}
		switch {
		case isFull:
			th.pc = pcValue
		case th.closed:
			th.pc = done
		default:
			return p.blocked(th)
		}
		return p.unparkIfDone(m, tConsumer, wBellP)
	case pcValue, pcPublish:
		return p.take(m, th)
	default:
		return p.popped(m, th)
	}
	return true
}

// take copies the value and gives the slot back.
func (p protocol) take(m *machine, th *thread) bool {
	read := th.pc == pcValue
	if p.without == theHeadLast {
		read = !read
	}
	if read {
		if got := m.load(tConsumer, p.value(th.next)); got != 10+th.next {
			m.wrong = fmt.Sprintf("message %d is %d", th.next, got)
		}
	} else if !p.giveBack(m, th) {
		return false
	}
	th.pc++
	if th.pc == pcLook {
		th.next++
		m.popped = th.next
	}
	return true
}

// giveBack moves head: storeBoth or storeFenced.
func (p protocol) giveBack(m *machine, th *thread) bool {
	again := th.fast
	if th.stores+2 > bufferSize {
		return false
	}
	if again && p.without != theStampAgainBeforeHead {
		m.mov(tConsumer, p.stamp(th.next), th.next+1)
	}
	if !p.publish(m, tConsumer, wHead, th.next+1) {
		return false
	}
	if again && p.without == theStampAgainBeforeHead {
		m.mov(tConsumer, p.stamp(th.next), th.next+1)
	}
	return true
}

// popped is what follows a pop.
func (p protocol) popped(m *machine, th *thread) bool {
	switch th.pc {
	case pcLook:
		th.bell = m.load(tConsumer, wBellC)
		th.pc = pcNext
		if th.bell&parked != 0 {
			th.pc = pcClear
		}
	case pcClear:
		if !p.answer(m, tConsumer, wBellC) {
			return false
		}
	case pcWake:
		m.wake(wBellC)
		th.pc = pcNext
	case pcRetract:
		th.pc = pcNext
	case pcNext:
		if th.parking {
			th.pc = pcUnpark
			return true
		}
		th.pc = pcTry
		if th.next == 1 && p.plain {
			th.pc = pcPlain
		}
		if th.next == p.messages && !p.closes {
			th.pc = done
		}
	case pcPlain:
		return p.goPlain(m, tConsumer, wPlainPop)
	default:
		return p.park(m, tConsumer, wBellP, wPlainPush)
	}
	return p.unparkIfDone(m, tConsumer, wBellP)
}
