package futex

import "fmt"

// The model of Permits: goroutines of a few processes acquire one of two permits
// and release it, another frees both that it had from the beginning; processes are killed and waits cancelled at any step. The model
// of the mutex has shown what Lot and Place do.

// permitRules are the parts of the protocol; each field leaves one out.
type permitRules struct {
	noArm        bool // W is not set before sleeping
	armLate      bool // W is set after the look at the words, not before
	noChain      bool // a slow-path acquire that leaves permits wakes nobody
	noCompare    bool // the kernel does not compare the bell before the sleep
	noHandOn     bool // whoever gives up keeps the wake
	noNext       bool // the first of a line leaves without calling the next
	noNudge      bool // a death wakes nobody
	noStaleCheck bool // a nudge between Look and the sleep is not noticed
	lookLate     bool // Look after the evaluation, not before
	noRob        bool // what the dead have is not taken
	bellFirst    bool // Release looks at the bell, then frees the permit
	noStep       bool // a ring only clears W
}

const (
	pmActors = 4 // the last one only gives
	pmProcs  = 4
	pmGiver  = pmActors - 1
	pmWords  = 2
	pmW      = 1
	pmStep   = 2
)

// Where a goroutine is. At pmScan and pmChain, k is the word that is looked at.
const (
	pmFast   = iota // the hint
	pmLook          // Look
	pmArm           // set W
	pmScan          // take word k, if it is free or a dead one's
	pmLine          // join the line, take a bed
	pmSleep         // the system call
	pmAsleep        // in the kernel
	pmTurn          // not the first of the line
	pmGiveUp        // hand on a wake
	pmLeave         // Unpark without a permit
	pmChain         // taken: is word k free?
	pmCall          // it is: wake one
	pmTaken         // Unpark with a permit
	pmInside        // has permit k: free it
	pmBell          // look at the bell
	pmRing          // the compare-and-swap of ring
	pmWake          // its wake
	pmDone
)

type pmActor struct {
	pc, k, has, bell, rounds uint8
	stale, turn, cancelled   bool
}

type pmState struct {
	bell           uint8
	words          [pmWords]uint8 // process + 1
	actors         [pmActors]pmActor
	line           [pmProcs]mLine
	dead, pending  [pmProcs]bool
	kills, cancels uint8
}

// permitModel is one configuration. Words that begin with pmProcs + 1 are had by
// somebody who does not appear.
type permitModel struct {
	rules          permitRules
	procs          [pmActors]int
	rounds         [pmActors]uint8
	words          [pmWords]uint8
	keep           bool // who acquires never releases
	kills, cancels uint8
}

const pmAlways = pmProcs + 1 // has its permit for ever

func (m *permitModel) explore() (int, error) {
	first := pmState{words: m.words, kills: m.kills, cancels: m.cancels}
	for i := range first.actors {
		a := &first.actors[i]
		a.rounds = m.rounds[i]
		switch {
		case a.rounds == 0:
			a.pc = pmDone
		case i == pmGiver:
			a.pc = pmInside
		}
	}
	return space[pmState]{m.next, m.accidents, m.forget, m.wrong}.explore(first)
}

// forget clears what has no influence any more.
func (m *permitModel) forget(s *pmState) {
	waits := [pmProcs]bool{}
	for i := range s.actors {
		a := &s.actors[i]
		waits[m.procs[i]] = waits[m.procs[i]] || a.pc != pmDone
		if a.pc < pmScan || a.pc > pmSleep && a.pc != pmRing && a.pc != pmInside {
			a.bell = 0
		}
		if a.pc != pmScan && a.pc != pmChain && a.pc != pmInside {
			a.k = 0
		}
		if i != pmGiver && (a.pc < pmChain || a.pc > pmInside) {
			a.has = 0
		}
	}
	for p := range s.pending {
		s.pending[p] = s.pending[p] && waits[p]
	}
}

// toBeHad reports whether the word is free or a dead one's.
func (s *pmState) toBeHad(k int) bool {
	w := s.words[k]
	return w == 0 || w != pmAlways && s.dead[w-1]
}

func (m *permitModel) wrong(s pmState, canGoOn bool) error {
	var holders [pmWords]int
	some := s.toBeHad(0) || s.toBeHad(1)
	for i, a := range s.actors {
		if a.pc >= pmChain && a.pc <= pmInside {
			holders[a.has]++
			if s.words[a.has] != uint8(m.procs[i]+1) {
				return fmt.Errorf("goroutine %d has lost its permit: %+v", i, s)
			}
		}
		if a.pc != pmDone && a.pc != pmInside && !canGoOn && (some || a.cancelled) {
			return fmt.Errorf("goroutine %d sleeps on: %+v", i, s)
		}
	}
	if holders[0] > 1 || holders[1] > 1 {
		return fmt.Errorf("a permit is had twice: %+v", s)
	}
	return nil
}

func (m *permitModel) accidents(s pmState) (next []pmState) {
	for p := range pmProcs {
		if s.kills > 0 && !s.dead[p] && m.runs(s, p) {
			n := s
			n.kills--
			n.dead[p], n.pending[p], n.line[p] = true, false, mLine{}
			for q := range pmProcs {
				n.pending[q] = n.pending[q] || !n.dead[q] && !m.rules.noNudge
			}
			for i := range n.actors {
				if m.procs[i] == p {
					n.actors[i] = pmActor{pc: pmDone}
				}
			}
			next = append(next, n)
		}
	}
	for i, a := range s.actors {
		if s.cancels > 0 && !a.cancelled && a.pc >= pmLook && a.pc < pmGiveUp {
			n := s
			n.cancels--
			n.actors[i].cancelled = true
			next = append(next, n)
		}
	}
	return next
}

// runs reports whether a goroutine of process p is not done.
func (m *permitModel) runs(s pmState, p int) bool {
	for i, a := range s.actors {
		if m.procs[i] == p && a.pc != pmDone {
			return true
		}
	}
	return false
}

func (m *permitModel) next(s pmState) (next []pmState) {
	for p := range pmProcs {
		if s.pending[p] {
			n := s
			n.pending[p] = false
			for i := range n.actors {
				a := &n.actors[i]
				a.stale = a.stale || m.procs[i] == p && a.pc >= pmLook && a.pc < pmGiveUp
			}
			next = append(next, n)
		}
	}
	for i := range s.actors {
		next = append(next, m.step(s, i)...)
	}
	return next
}
