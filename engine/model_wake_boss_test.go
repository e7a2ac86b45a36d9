package engine

import "math/bits"

// What is done under tasks.mu.
const (
	callNone   = iota
	callStore  // the entry is pending
	callWatch  // does its last worker watch the cell?
	callEmpty  // and is nothing hinted?
	callScan   // load the idle bits
	callRise   // take one
	callPush   // into that worker's ring
	callHint   // into the ring of hints
	callTell   // somebody is about to sleep for it
	callRescue // load the entry
	callHeld   // is it in one worker's hands, or its hint lost?
	callForget // after a death: drop the hints
	callRehint // and make them anew
)

// Who holds mu.
const (
	whoSubmits = iota
	whoTells
	whoListens
	whoMourns // worker who-whoMourns has died
)

// next is every step that the processes can take.
func (m *wakeModel) next(s wmState) (next []wmState) {
	for i := range s.workers {
		switch s.workers[i].life {
		case wmLives:
			next = append(next, m.work(s, i)...)
		case wmDead, wmBuried, wmSwept:
			next = append(next, m.mourn(s, i)...)
		}
	}
	if s.call.pc != callNone {
		next = append(next, m.step(s))
	} else if s.heard == 0 {
		next = append(next, m.submit(s)...)
	}
	return append(next, m.listen(s)...)
}

// submit is what the one who submits, and waits, can do.
func (m *wakeModel) submit(s wmState) (next []wmState) {
	if s.sleeper != 0 { // tell ends with a look
		c := &s.cells[s.sleeper-1]
		if s.sleeper = 0; c.state == cellDone {
			c.free()
		}
		return []wmState{s}
	}
	for i, c := range s.cells {
		n := s
		switch {
		case c.state == cellFree && s.left > 0 && (i == 0 || c.by != s.cells[i-1].by || s.cells[i-1].state != cellFree):
			n.left--
			n.call = wmCall{pc: callStore, cell: uint8(i)}
			if m.rules.entryLate {
				n.call.pc, n.call.unseen = callWatch, true
			}
			n.cells[i].state, n.cells[i].told = cellFree, false
		case c.state == cellDone && !(m.tells && s.left == 0): // it looks
			n.cells[i].free()
		case c.state != cellFree && m.tells && s.left == 0 && !c.told:
			n.cells[i].told = true
			n.call = wmCall{pc: callTell, cell: uint8(i), who: whoTells}
			if m.rules.tellLate && c.state == cellDone {
				n.cells[i].free()
				n.call = wmCall{}
			}
		default:
			continue
		}
		next = append(next, n)
	}
	return next
}

func (c *wmCell) free() { *c = wmCell{by: c.by} }

// step is one of the goroutine that holds mu.
func (m *wakeModel) step(s wmState) wmState {
	k := &s.call
	c := &s.cells[k.cell]
	switch k.pc {
	case callStore:
		c.state, c.tell, k.pc = cellPending, false, callWatch
		if k.unseen { // it was decided before
			k.unseen = false
			m.over(&s)
		}
	case callWatch:
		watched := c.by != 0 && s.watch[c.by-1] == k.cell+1
		switch {
		case watched:
			k.pc = callEmpty
		default:
			m.spread(&s)
		}
	case callEmpty:
		if c.handed = s.empty(); c.handed {
			m.over(&s)
		} else {
			m.spread(&s)
		}
	default:
		m.rescue(&s)
	}
	return s
}

// rescue is a step of tell and rescue.
func (m *wakeModel) rescue(s *wmState) {
	k := &s.call
	c := &s.cells[k.cell]
	switch k.pc {
	case callTell:
		c.tell, k.pc = true, callRescue
	case callRescue:
		if k.pc = callHeld; c.state != cellPending {
			m.over(s)
		}
	case callHeld:
		if (c.handed || s.empty()) && !m.rules.noRescue {
			k.pc = callHint
		} else {
			k.rouse, k.pc = true, callScan
		}
	default:
		m.wake(s)
	}
}

// spread looks for an idle worker, or hints at once on a machine that is tight.
func (m *wakeModel) spread(s *wmState) {
	k := &s.call
	if k.unseen { // nobody watches: as it should be from here on
		k.unseen = false
		s.cells[k.cell].state = cellPending
	}
	if k.pc = callScan; m.tight {
		m.toHint(k)
	}
}

func (m *wakeModel) toHint(k *wmCall) {
	if k.pc = callHint; m.rules.hintLate { // look for an idle one first
		k.rouse, k.pc = true, callScan
		k.more |= 1 << 7
	}
}

// wake is a step of finding an idle worker, and of hints.
func (m *wakeModel) wake(s *wmState) {
	k := &s.call
	switch k.pc {
	case callScan:
		k.snap, k.pc = s.idle, callRise
	case callRise:
		if k.snap == 0 {
			m.nobody(s)
			return
		}
		bit := k.snap & -k.snap
		if k.snap &^= bit; s.idle&bit != 0 {
			s.idle &^= bit
			k.target, k.pc = uint8(bits.TrailingZeros8(bit)), callPush
		}
	case callPush:
		m.push(s)
	case callHint:
		s.cells[k.cell].handed = false
		s.hint(k.cell)
		if k.rouse, k.pc = true, callScan; m.rules.noRouse || k.more&(1<<7) != 0 {
			k.more &^= 1 << 7
			m.over(s)
		}
	case callForget:
		s.hints, k.pc = [wmHints]uint8{}, callRehint
	case callRehint:
		m.rehint(s)
	}
}

// nobody is idle.
func (m *wakeModel) nobody(s *wmState) {
	k := &s.call
	switch {
	case k.more&(1<<7) != 0:
		k.pc = callHint
	case k.rouse:
		if k.who >= whoMourns {
			k.more = 0
		}
		m.over(s)
	default:
		m.toHint(k)
	}
}

// push puts a descriptor into the ring of the worker whose bit was taken.
func (m *wakeModel) push(s *wmState) {
	k := &s.call
	if k.rouse {
		s.push(int(k.target), wmWake)
		if k.pc = callHint; k.more&(1<<7) == 0 {
			m.over(s)
		}
		return
	}
	given := s.push(int(k.target), int8(k.cell+1))
	if s.cells[k.cell].handed = given || m.rules.fullIsGiven; s.cells[k.cell].handed {
		m.over(s)
	} else {
		m.toHint(k)
	}
}

// rehint hints what is pending, and wakes somebody for each.
func (m *wakeModel) rehint(s *wmState) {
	k := &s.call
	for i := range s.cells {
		if c := &s.cells[i]; c.state == cellPending && !m.rules.noRehint {
			c.handed = false
			s.hint(uint8(i))
			k.more++
		}
	}
	m.over(s)
}

// over ends a call, or goes on with the next of several.
func (m *wakeModel) over(s *wmState) {
	k := &s.call
	if k.unseen {
		k.pc = callStore
		return
	}
	if k.who >= whoMourns {
		if k.more > 0 {
			k.more--
			k.rouse, k.pc = true, callScan
			return
		}
		s.workers[k.who-whoMourns] = wmWorker{} // the next process of this index
	}
	if k.who == whoTells && !m.rules.tellLate {
		s.sleeper = k.cell + 1
	}
	if k.who == whoListens {
		s.heard = k.cell + 1
	}
	if k.who == whoSubmits && k.more != 0 { // the timer
		next := uint8(bits.TrailingZeros8(k.more))
		*k = wmCall{pc: callRescue, cell: next, more: k.more &^ (1 << next)}
		return
	}
	*k = wmCall{}
}
