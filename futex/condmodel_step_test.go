package futex

// step is what goroutine i can do next.
func (m *condModel) step(s condState, i int) []condState {
	a := &s.actors[i]
	switch a.pc {
	case condStart, condSettle:
		return m.lock(s, i)
	case condAsleep, condTurn:
		return m.wakes(s, i)
	case condWoken, condQuit, condDone:
		return nil
	}
	p := m.procs[i]
	switch {
	case a.pc <= condSleep:
		m.stepWait(&s, a, i, p)
	case a.pc <= condBury:
		m.stepSettle(&s, a, i, p)
	default:
		m.stepGive(&s, a, i)
	}
	return []condState{s}
}

// lock is taking the mutex: possible when nobody has it.
func (m *condModel) lock(s condState, i int) []condState {
	if s.owner != 0 {
		return nil
	}
	a := &s.actors[i]
	s.owner = uint8(i + 1)
	a.died, s.dirty = s.dirty, false
	switch {
	case a.pc == condSettle:
		a.pc = condJudge
	case i != m.notifier:
		a.pc = condEnlist
	default:
		m.notify(&s, a)
	}
	return []condState{s}
}

// notify begins a notify of one.
func (m *condModel) notify(s *condState, a *condActor) {
	for j, b := range s.actors {
		if s.life[m.procs[j]] == lives && condUnlock <= b.pc && b.pc <= condJudge && s.woken&(1<<j) == 0 {
			s.asked[s.given] |= 1 << j
		}
	}
	s.given++
	a.left, a.all, a.to, a.heir, a.pc = 1, false, 0, 0, condGive
}

func (m *condModel) stepWait(s *condState, a *condActor, i int, p uint8) {
	switch a.pc {
	case condEnlist:
		s.waiting[p]++
		for q := range s.newer {
			s.newer[q] = s.newer[q] || s.notified[q] > 0
		}
		if a.pc = condUnlock; !m.rules.joinLate {
			m.join(s, i, p)
		}
	case condUnlock:
		if s.owner == uint8(i+1) {
			s.owner = 0
			break
		}
		if m.rules.joinLate {
			m.join(s, i, p)
		}
		a.pc = condLook
	case condLook:
		a.stale, a.rung = false, false
		a.pc = condEval
	case condEval:
		if a.pc = condSleep; m.due(*s, i, p) {
			a.pc = condSettle
		} else if m.rules.lookLate {
			a.pc = condLate
		}
	case condLate:
		a.rung = false
		a.pc = condSleep
	case condSleep:
		m.sleep(s, a, i, p)
	}
}

func (m *condModel) join(s *condState, i int, p uint8) {
	for k := range s.line[p] {
		if s.line[p][k] == 0 {
			s.line[p][k] = uint8(i + 1)
			return
		}
	}
}

func (m *condModel) sleep(s *condState, a *condActor, i int, p uint8) {
	switch {
	case s.line[p][0] != uint8(i+1):
		a.pc = condTurn
	case a.cancelled:
		a.pc = condSettle
	case a.stale || a.rung:
		a.pc = condLook
	default:
		a.pc = condAsleep
	}
}

// wakes are the ends of i's sleep that are not a notify's wake.
func (m *condModel) wakes(s condState, i int) (next []condState) {
	a := &s.actors[i]
	if a.pc == condTurn && a.turn || a.pc == condAsleep && a.stale {
		n := s
		n.actors[i].turn = false
		n.actors[i].pc = condLook
		next = append(next, n)
	}
	if a.cancelled {
		a.pc = condSettle
		next = append(next, s)
	}
	return next
}

// due is condWait.due.
func (m *condModel) due(s condState, i int, p uint8) bool {
	if m.isNotified(s, i, p) {
		return true
	}
	if s.dirty && !m.rules.noOwner || s.owner != 0 && s.actors[s.owner-1].died { // D is set
		return true
	}
	return m.legacy(s) >= 0
}

func (m *condModel) isNotified(s condState, i int, p uint8) bool {
	if m.rules.newcomers {
		return s.notified[p] > 0
	}
	for k := range min(s.notified[p], 2) {
		if s.line[p][k] == uint8(i+1) {
			return true
		}
	}
	return false
}

// legacy is a dead process that was notified, or -1.
func (m *condModel) legacy(s condState) int {
	for q := range s.life {
		if s.life[q] == gone && s.notified[q] > 0 && !m.rules.noLegacy {
			return q
		}
	}
	return -1
}

// stepSettle is settle with the mutex held.
func (m *condModel) stepSettle(s *condState, a *condActor, i int, p uint8) {
	switch notified := m.isNotified(*s, i, p); {
	case a.pc == condBury:
		q := m.legacy(*s)
		if q < 0 {
			s.owner = 0
			a.pc = condLook
			break
		}
		s.waiting[q] = 0
		a.left, a.to, a.heir, a.pc = s.notified[q], 0, uint8(q+1), condGive
		a.all = s.newer[q] && !m.rules.anyHeir
	case notified && !(m.rules.dropNotify && a.cancelled):
		s.notified[p]--
		m.leave(s, i, p, condWoken)
	case a.died:
		s.waiting[p]--
		m.leave(s, i, p, condWoken)
	case a.cancelled:
		if notified {
			s.notified[p]--
		} else {
			s.waiting[p]--
		}
		m.leave(s, i, p, condQuit)
	default:
		a.pc = condBury
	}
}

// leave ends a wait: out of line, and unlock.
func (m *condModel) leave(s *condState, i int, p, then uint8) {
	for k := range s.line[p] {
		if s.line[p][k] != uint8(i+1) {
			continue
		}
		copy(s.line[p][k:], s.line[p][k+1:])
		s.line[p][1] = 0
		if first := s.line[p][0]; k == 0 && first != 0 && !m.rules.noCallNext {
			s.actors[first-1].turn = true
		}
		break
	}
	if then == condWoken {
		s.woken |= 1 << i
	}
	s.owner = 0
	s.actors[i] = condActor{pc: then}
}

// stepGive is give, by the notifier or by whoever gives a legacy away.
func (m *condModel) stepGive(s *condState, a *condActor, i int) {
	switch a.pc {
	case condGive:
		m.giveTo(s, a)
	case condAlive:
		if a.pc = condStep; s.life[a.to] == gone && !m.rules.askFirst {
			s.notified[a.to] -= a.v
			s.waiting[a.to] = 0
			a.to++
			a.v, a.pc = 0, condGive
		}
	case condStep, condWake:
		m.stepWake(s, a)
	case condNext:
		m.given(s, a, i)
	case condFreed:
		s.notified[a.heir-1], s.newer[a.heir-1] = 0, false
		a.heir, a.all, a.left, a.to, a.pc = 0, false, 0, 0, condBury
		if m.isNotified(*s, i, m.procs[i]) {
			a.pc = condJudge
		}
	}
}

// given is what comes after a give.
func (m *condModel) given(s *condState, a *condActor, i int) {
	switch {
	case a.heir != 0:
		a.pc = condFreed
	case s.given < m.rounds:
		s.owner = 0
		*a = condActor{}
	default:
		s.owner = 0
		*a = condActor{pc: condDone}
	}
}

// giveTo is the store of a notify for process a.to.
func (m *condModel) giveTo(s *condState, a *condActor) {
	q := a.to
	switch {
	case q == condProcs || a.left == 0:
		a.pc = condNext
	case s.waiting[q] == 0 || m.rules.askFirst && a.v == 0 && s.life[q] == gone:
		a.to++
	case m.rules.askFirst && a.v == 0: // it lives: give in another step
		a.v = 1
	default:
		n := min(a.left, s.waiting[q])
		if s.notified[q] == 0 {
			s.newer[q] = false
		}
		s.waiting[q] -= n
		s.notified[q] += n
		a.v, a.pc = n, condAlive
	}
}

// stepWake steps the word of process a.to, then wakes it.
func (m *condModel) stepWake(s *condState, a *condActor) {
	for j := range s.actors {
		b := &s.actors[j]
		switch {
		case m.procs[j] != a.to || s.life[a.to] != lives:
		case a.pc == condStep && !m.rules.noStep:
			b.rung = true
		case a.pc == condWake && b.pc == condAsleep && !m.rules.wakeNothing:
			b.pc = condLook
		}
	}
	if a.pc == condStep {
		a.pc = condWake
		return
	}
	if !a.all {
		a.left -= a.v
	}
	a.to++
	a.v, a.pc = 0, condGive
}
