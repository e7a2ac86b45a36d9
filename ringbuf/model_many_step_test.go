package ringbuf

import "fmt"

// The steps of the model of cells.

// step is the next step of an actor, and whether there is one.
func (p manyModel) step(m many, k int) (many, bool) {
	a := &m.who[k]
	if m.dead&(1<<k) != 0 || a.pc == mOver || a.pc == mAsleep && !a.stale {
		return m, false
	}
	switch {
	case a.pc == mMend, a.pc == mBury, a.pc == mTell, a.pc == mDepart:
		p.mend(&m, a)
	case p.pushes[k] > 0:
		p.push(&m, a, uint8(k))
	default:
		p.pop(&m, a, uint8(k))
	}
	return m, true
}

// push is Sender.TryPush.
func (p manyModel) push(m *many, a *manyActor, k uint8) {
	c, lap := p.cellOf(m, a.i)
	switch a.pc {
	case mLook, mAsleep:
		a.stale = false
		switch {
		case c.lap == lap && c.state == mEmpty:
			a.pc = mCAS
		case c.lap >= lap:
			a.i, a.pc = a.i+1, mLook
		default:
			a.pc = mMend
		}
	case mCAS:
		if a.pc = mLook; c.lap == lap && c.state == mEmpty || p.without == manyClaimByCAS {
			c.lap, c.state, c.owner, a.pc = lap, mClaimed, k+1, mWrite
			m.change()
		}
	case mWrite, mHandOver:
		write := a.pc == mWrite != (p.without == manyCommitLast)
		if write {
			c.value = k<<1 | a.left&1 + 1
		} else {
			c.lap, c.state, c.owner = lap, mFull, 0
			m.accepted |= 1 << (k<<1 | a.left&1 + 1)
			m.change()
		}
		if a.pc++; a.pc > mHandOver {
			a.i, a.left, a.pc = a.i+1, a.left-1, mLook
			if a.left == 0 {
				a.pc = mOver
			}
		}
	}
}

// pop is Receiver.TryPop.
func (p manyModel) pop(m *many, a *manyActor, k uint8) {
	switch a.pc {
	case mLook, mAsleep:
		a.stale = false
		c, lap := p.cellOf(m, a.i)
		switch {
		case c.lap == lap && c.state == mFull:
			a.at, a.pc = a.i, mCAS
		case c.lap > lap, c.lap == lap && c.state == mTaken:
			a.i, a.pc = a.i+1, mLook
		case a.news:
			a.pc, a.news, a.at = mStrays, false, a.i-min(a.i, p.capacity)
		default:
			a.pc = mMend
		}
	case mStrays: // a step of the walk; the word of strays was loaded before it
		if c, lap := p.cellOf(m, a.at); a.at == a.i {
			a.pc = mMend
		} else if c.lap == lap && c.state == mFull {
			a.pc, a.news = mCAS, true
		} else {
			a.at++
		}
	case mCAS:
		c, lap := p.cellOf(m, a.at)
		if a.pc = mLook; c.lap == lap && c.state == mFull || p.without == manyTakeByCAS {
			c.lap, c.state, c.owner, a.pc = lap, mTaken, k+1, mWrite
			a.i = max(a.i, a.at+1)
			m.change()
		}
	case mWrite, mHandOver:
		p.read(m, a)
	}
}

// read copies the value, and gives its cell back.
func (p manyModel) read(m *many, a *manyActor) {
	c, lap := p.cellOf(m, a.at)
	if copies := a.pc == mWrite != (p.without == manyReleaseLast); copies {
		a.value = c.value
	} else {
		c.lap, c.state, c.owner = lap+1, mEmpty, 0
		m.change()
	}
	if a.pc++; a.pc > mHandOver {
		bit := uint8(1) << a.value
		if m.delivered&bit != 0 || m.accepted&bit == 0 {
			m.wrong = fmt.Sprintf("value %d comes out; accepted %b, delivered %b", a.value, m.accepted, m.delivered)
		}
		m.delivered |= bit
		a.pc = mLook
	}
}

// mend is MPMC.mend for one dead process at a time.
func (p manyModel) mend(m *many, a *manyActor) {
	switch a.pc {
	case mMend:
		if a.victim = p.victimOf(m); a.victim == 0 {
			if a.pc = mAsleep; a.mended {
				a.pc, a.mended = mLook, false
			}
			return
		}
		a.mended, a.at, a.pc = p.without != manyAsk, 0, mBury
		if p.without == manyDepartLast {
			m.departed |= 1 << (a.victim - 1)
		}
		if p.without == manyTellAfterwards {
			p.tell(m)
		}
	case mBury:
		p.bury(m, &m.cell[a.at], a.victim)
		if a.at++; a.at == p.capacity {
			a.pc = mTell
		}
	case mTell:
		if a.pc = mDepart; p.without != manyTellStrays && p.without != manyTellAfterwards {
			p.tell(m)
		}
		m.change()
	case mDepart:
		m.departed |= 1 << (a.victim - 1)
		a.victim, a.pc = 0, mMend
	}
}

func (p manyModel) tell(m *many) {
	for k := range m.who {
		m.who[k].news = true
	}
}

// victimOf is a process to bury, plus 1.
func (p manyModel) victimOf(m *many) uint8 {
	for k := range uint8(p.actors) {
		if gone := m.dead&^m.departed | p.notAsked(m); gone&(1<<k) != 0 {
			return k + 1
		}
	}
	return 0
}

func (p manyModel) notAsked(m *many) uint8 {
	if p.without == manyAsk {
		return p.mortal &^ m.departed
	}
	return 0
}

func (p manyModel) bury(m *many, c *manyCell, victim uint8) {
	if c.owner != victim {
		return
	}
	switch {
	case c.state == mClaimed && p.without != manyRepairClaims:
		if c.state, c.owner = mEmpty, 0; p.without != manyGapOfNextLap {
			c.lap++
		}
	case c.state == mTaken && p.without == manyDeliverAgain:
		c.state, c.owner, c.lap = mEmpty, 0, c.lap+1
	case c.state == mTaken && p.without != manyRepairTakes:
		c.state, c.owner = mFull, 0
	}
	m.change()
}
