package engine

// Where a worker is.
const (
	wPop     = iota // look at the ring
	wStep           // look whether to leave the watched cell for a hint
	wTake           // take a hint
	wLinger         // store the watch word
	wPeek           // between two looks at the watched cell: the hints
	wRing           // and the ring
	wRest           // set the idle bit
	wLast           // look at the hints once more
	wRise           // take the bit back
	wSleep          // until the ring has something
	wWoken          // take the bit back
	wClaim          // load the entry
	wSwap           // the compare-and-swap of it
	wHinted         // as yes: run it, and before that give back what is watched
	wRun            // the entry is done
	wTold           // does somebody sleep for it?
	wLeave          // take the watch word back, to run what is there
	wLeft           // look at the cell
	wYield          // take the watch word back, to tell of what is there
	wYielded        // look at the cell
	wNews           // tell the coordinator of a cell
)

// work is what worker i can do next: one step, or none.
func (m *wakeModel) work(s wmState, i int) []wmState {
	w := &s.workers[i] // of the copy that is returned
	switch w.pc {
	case wPop:
		next := uint8(wTake)
		if w.on {
			next = wStep
		}
		m.obey(&s, i, next)
	case wStep:
		if w.pc = wTake; !s.empty() {
			m.leave(w, wPop, wTake)
		}
	case wTake:
		if cell, ok := s.nextHint(); ok {
			w.claim(cell, wHinted, wTake)
		} else {
			w.pc = wLinger
		}
	case wSleep:
		if s.ring[i][0] == 0 {
			return nil
		}
		w.hand, w.pc = s.pop(i), wWoken
	case wWoken:
		s.idle &^= 1 << i
		m.hold(&s, w)
	default:
		m.rest(&s, i)
	}
	return []wmState{s}
}

// obey takes a descriptor and does what it says; no is where a worker goes on without one.
func (m *wakeModel) obey(s *wmState, i int, no uint8) {
	w := &s.workers[i]
	if w.hand = s.pop(i); w.hand == 0 {
		w.pc = no
		return
	}
	m.hold(s, w)
}

// hold does what a descriptor says.
func (m *wakeModel) hold(_ *wmState, w *wmWorker) {
	d := w.hand
	w.hand = 0
	switch {
	case d == wmWake:
		w.pc = wPop
	case d == wmJob && m.rules.noLeaveJob:
		w.pc, w.on = wPop, false
	case d == wmJob:
		m.leave(w, wPop, wPop)
	case w.on && !m.rules.noGiveBack:
		w.cell, w.yes, w.no = uint8(d-1), wPop, wPop
		w.pc, w.then = m.lookFirst(wYield, wYielded), wClaim
	default:
		w.claim(uint8(d-1), wPop, wPop)
	}
}

// claim begins a claim: on to yes if it was run, or no.
func (w *wmWorker) claim(cell, yes, no uint8) { w.pc, w.cell, w.yes, w.no = wClaim, cell, yes, no }

// leave begins to take the watch word back.
func (m *wakeModel) leave(w *wmWorker, yes, no uint8) {
	if w.pc = no; w.on {
		w.pc, w.cell, w.yes, w.no = m.lookFirst(wLeave, wLeft), w.last-1, yes, no
	}
}

// lookFirst is the order of taking the watch word back and looking.
func (m *wakeModel) lookFirst(back, look uint8) uint8 {
	if m.rules.lookEarly {
		return look
	}
	return back
}

// rest is a step on the way to sleep.
func (m *wakeModel) rest(s *wmState, i int) {
	w := &s.workers[i]
	switch w.pc {
	case wLinger:
		w.pc = m.early(wRest, wLast)
		if w.last != 0 {
			w.on, s.watch[i] = true, w.last
			w.claim(w.last-1, wPop, wPeek)
		}
	case wPeek:
		if w.pc = wPop; s.empty() {
			w.pc = wRing
		}
	case wRing:
		if m.obey(s, i, wRing); w.pc == wRing {
			m.leave(w, wPop, m.early(wRest, wLast))
		}
	case wRest:
		s.idle |= 1 << i
		if w.pc = wLast; m.rules.restLate || m.rules.noRestLook {
			w.pc = wSleep
		}
	case wLast:
		w.pc = m.lastLook(s.empty())
	case wRise:
		if w.pc = wSleep; s.idle&(1<<i) != 0 {
			s.idle &^= 1 << i
			w.pc = wPop
		}
	default:
		m.serve(s, i)
	}
}

// lastLook is where a worker goes on behind its look at the hints.
func (m *wakeModel) lastLook(empty bool) uint8 {
	switch {
	case m.rules.restLate && empty:
		return wRest
	case m.rules.restLate:
		return wPop
	case empty:
		return wSleep
	}
	return wRise
}

// early is the order of the idle bit and that look.
func (m *wakeModel) early(rest, last uint8) uint8 {
	if m.rules.restLate {
		return last
	}
	return rest
}

// serve is a step of a claim, and of what comes behind it.
func (m *wakeModel) serve(s *wmState, i int) {
	w := &s.workers[i]
	c := &s.cells[w.cell]
	switch w.pc {
	case wClaim:
		if w.pc = w.no; c.state == cellPending {
			w.pc = wSwap
		}
	case wSwap:
		w.pc = w.no
		if c.state != cellPending && !m.rules.blindClaim {
			return
		}
		s.bad = s.bad || c.state != cellPending
		c.state, c.by, s.ticked = cellRunning, uint8(i+1), false
		if w.pc = wRun; w.yes == wHinted {
			w.yes = wPop
			if w.on && !m.rules.noHintedBack {
				w.pc, w.then = m.lookFirst(wYield, wYielded), wRun
			}
		}
	case wRun:
		c.state, w.last = cellDone, w.cell+1
		if w.pc = wTold; m.rules.noTell {
			w.pc = w.yes
		}
	case wTold:
		if w.pc = w.yes; c.tell {
			w.about, w.then, w.pc = w.cell, w.yes, wNews
		}
	default:
		m.tell(s, i)
	}
}

// tell is a step of giving the watched cell up, and of report and signal.
func (m *wakeModel) tell(s *wmState, i int) {
	w := &s.workers[i]
	there := w.last != 0 && s.cells[w.last-1].state == cellPending
	if m.rules.lookEarly {
		there = w.saw
	}
	there = there && !m.rules.noLookAgain
	switch w.pc {
	case wLeave, wYield:
		w.on, s.watch[i] = false, 0
		if !m.rules.lookEarly {
			w.pc++
			return
		}
		m.left(w, there)
	case wLeft, wYielded:
		if m.rules.lookEarly {
			w.saw = s.cells[w.last-1].state == cellPending
			w.pc--
			return
		}
		m.left(w, there)
	case wNews:
		s.news |= 1 << w.about
		w.pc = w.then
	}
}

// left goes on behind a look at the cell that was watched.
func (m *wakeModel) left(w *wmWorker, there bool) {
	leaving := w.pc == wLeave || w.pc == wLeft
	switch {
	case leaving && there:
		w.claim(w.last-1, w.yes, w.no)
	case leaving:
		w.pc = w.no
	case there:
		w.about, w.pc = w.last-1, wNews
	default:
		w.pc = w.then
	}
}
