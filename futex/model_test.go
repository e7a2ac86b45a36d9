package futex

import "fmt"

// The model of the waiting protocol: a few goroutines of a few processes lock
// and unlock one mutex; processes are killed and waits cancelled at any step.
// Every step here is one atomic action of the program or of the kernel: one
// compare-and-swap, one system call, one critical section of the Lot.
//
// What is nondeterministic in the world is so here: who is woken of those who
// sleep, when a death becomes visible, when supervision starts, who runs.

// rules are the parts of the protocol that are needed: the zero value is the
// protocol, each field leaves one part out.
type rules struct {
	lookLate     bool // Look after the evaluation, not before
	noStaleCheck bool // takeBed does not compare nudges
	noHandOn     bool // whoever gives up keeps the wake
	noTakenW     bool // a slow-path acquire does not leave W set
	noSleepW     bool // W is not set before sleeping
	noNudge      bool // a death wakes nobody
	nudgeOnce    bool // a nudge is one wake, not repeated until noticed
	nudgeEarly   bool // nudged before the death is visible
	noScanNudge  bool // the start of supervision does not nudge
	cancelOnce   bool // a cancellation is one wake, not repeated
	noCompare    bool // the kernel does not compare the word before the sleep
	noNext       bool // the first of a line leaves without calling the next
	blindUnlock  bool // Unlock wakes only if W was set when it looked
	blindTake    bool // taking from a dead owner is a store, not a CAS
}

const (
	mActors = 3
	mProcs  = 3
	wFlag   = 1 << 4
)

// Where a goroutine is.
const (
	atFast    = iota // the CAS of Lock
	atSpin           // woken: one try before Look
	atLook           // Look
	atLoad           // load the word
	atAlive          // ask the kernel for the owner
	atTake           // CAS from free
	atRob            // CAS from a dead owner
	atFlag           // CAS to set W
	atLine           // join the line, take a bed
	atSleep          // the system call
	asleep           // in the kernel
	waitsTurn        // not the first of the line
	atGiveUp         // hand on a wake
	atLeave          // Unpark without the mutex
	atTaken          // Unpark with the mutex
	inside           // holds it: the first step of Unlock
	atWake           // Unlock's wake
	finished
)

type mActor struct {
	pc, v, rounds   uint8
	stale           bool // nudged since the last Look
	turn, cancelled bool
	bed             bool // may sleep in the kernel: seen by the nudger
	alarm           bool // the one wake of cancelOnce is still to come
}

const (
	lives = iota
	dying // killed; its lock is not released yet
	gone
)

// mState is one state of everything: a map key.
type mState struct {
	word           uint8 // owner (process + 1) and wFlag
	actors         [mActors]mActor
	line           [mProcs][mActors]int8 // actor + 1, first to last
	pending        [mProcs]bool          // a nudge is on its way
	nudging        [mProcs]bool          // the nudger runs
	watches, parks [mProcs]bool
	life           [mProcs]uint8
	kills, cancels uint8 // still allowed
}

// model is one configuration to explore.
type model struct {
	rules  rules
	procs  [mActors]int // process of each goroutine
	rounds [mActors]uint8
	kills  uint8
	cancel uint8
}

// explore visits every reachable state. It returns how many there are, and an
// error if one of them is wrong: two inside; somebody who lives and can never go
// on; somebody whose context is done and who waits for others.
func (m *model) explore() (int, error) {
	first := mState{kills: m.kills, cancels: m.cancel}
	for i := range first.actors {
		first.actors[i].rounds = m.rounds[i]
	}
	seen := map[mState]struct{}{first: {}}
	todo := []mState{first}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		next := m.next(s)
		if err := m.check(s, len(next) > 0); err != nil {
			return len(seen), err
		}
		for _, n := range append(next, m.accidents(s)...) {
			m.forget(&n)
			if _, ok := seen[n]; !ok {
				seen[n] = struct{}{}
				todo = append(todo, n)
			}
		}
	}
	return len(seen), nil
}

// forget clears what has no influence any more, so that states which only differ
// in it are one.
func (m *model) forget(s *mState) {
	for i := range s.actors {
		p, a := m.procs[i], &s.actors[i]
		switch {
		case s.life[p] != lives:
			*a = mActor{}
			s.line[p] = [mActors]int8{}
			s.pending[p], s.nudging[p], s.watches[p], s.parks[p] = false, false, false, false
		case a.pc < atAlive || a.pc > atSleep && a.pc != inside:
			a.v = 0
		}
	}
}

func (m *model) check(s mState, canGoOn bool) error {
	holders := 0
	for i, a := range s.actors {
		if s.life[m.procs[i]] != lives {
			continue
		}
		if a.pc == inside || a.pc == atTaken {
			holders++
		}
		if a.pc == asleep && a.cancelled && !a.alarm && len(m.wakes(s, i)) == 0 {
			return fmt.Errorf("goroutine %d of process %d is cancelled and waits for others: %+v", i, m.procs[i], s)
		}
		if a.pc != finished && !canGoOn {
			return fmt.Errorf("goroutine %d of process %d never goes on: %+v", i, m.procs[i], s)
		}
	}
	if holders > 1 {
		return fmt.Errorf("%d goroutines hold the mutex: %+v", holders, s)
	}
	return nil
}

// accidents are what may happen and need not: kills and cancellations.
func (m *model) accidents(s mState) (next []mState) {
	for p := range mProcs {
		if s.kills > 0 && s.life[p] == lives && !m.finished(s, p) {
			n := s
			n.kills--
			n.life[p] = dying
			if m.rules.nudgeEarly {
				m.announce(&n, p)
			}
			next = append(next, n)
		}
	}
	for i := range s.actors {
		// Before the slow path a context is not looked at.
		if a := &s.actors[i]; s.cancels > 0 && !a.cancelled && atSpin <= a.pc && a.pc < atGiveUp {
			n := s
			n.cancels--
			n.actors[i].cancelled, n.actors[i].alarm = true, m.rules.cancelOnce
			next = append(next, n)
		}
	}
	return next
}

func (m *model) finished(s mState, p int) bool {
	for i, a := range s.actors {
		if m.procs[i] == p && a.pc != finished {
			return false
		}
	}
	return true
}

// announce has the supervisors that watch process p nudge.
func (m *model) announce(s *mState, p int) {
	for q := range mProcs {
		if q != p && s.life[q] == lives && s.watches[q] && !m.rules.noNudge {
			s.pending[q] = true
		}
	}
}

// next are the states that one step of the program or the kernel leads to.
func (m *model) next(s mState) (next []mState) {
	for p := range mProcs {
		next = append(next, m.background(s, p)...)
	}
	for i := range s.actors {
		if s.life[m.procs[i]] == lives {
			next = append(next, m.step(s, i)...)
			if s.actors[i].alarm {
				next = append(next, m.ring(s, i)...)
			}
		}
	}
	return next
}

// background is what happens for process p outside its goroutines.
func (m *model) background(s mState, p int) (next []mState) {
	switch s.life[p] {
	case dying: // the kernel drops its lock
		n := s
		n.life[p] = gone
		if !m.rules.nudgeEarly {
			m.announce(&n, p)
		}
		return []mState{n}
	case gone:
		return nil
	}
	if s.parks[p] && !s.watches[p] { // supervision starts, and nudges
		n := s
		n.watches[p] = true
		if !m.rules.noScanNudge {
			n.pending[p] = true
		}
		next = append(next, n)
	}
	if s.pending[p] { // a nudge
		n := s
		n.pending[p] = false
		m.nudge(&n, p)
		next = append(next, n)
	}
	if s.nudging[p] && !m.behind(s, p) { // the nudger ends
		n := s
		n.nudging[p] = false
		next = append(next, n)
	}
	return next
}

// nudge is Lot.Nudge.
func (m *model) nudge(s *mState, p int) {
	for i := range s.actors {
		a := &s.actors[i]
		if m.procs[i] != p || a.pc < atSpin || a.pc >= atGiveUp {
			continue
		}
		if a.stale = true; m.rules.nudgeOnce && a.pc == asleep {
			a.pc = atSpin
		}
	}
	s.nudging[p] = m.behind(*s, p) && !m.rules.nudgeOnce
}

// behind reports whether a place that has a bed has not looked since the nudge.
func (m *model) behind(s mState, p int) bool {
	for i, a := range s.actors {
		if m.procs[i] == p && a.bed && a.stale {
			return true
		}
	}
	return false
}
