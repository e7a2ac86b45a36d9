package futex

import "fmt"

// The model of Barrier: two processes of one party each go through some rounds,
// and a third one resets the barrier once. The parties have joined, or not. They are
// killed, and their waits cancelled, at any step. Whoever is broken leaves.

// barrierRules are the parts that are needed: the zero value is the protocol, each
// field leaves one part out.
type barrierRules struct {
	noSleepers   bool // who goes to sleep does not say so
	noStep       bool // the end of a round does not step the bell
	lateBell     bool // the bell is loaded after the look
	noLost       bool // nobody asks for those who have joined
	noStale      bool // a death does not make who looked before it look again
	noRunner     bool // nobody asks for the one that runs the action
	forgetFirst  bool // Reset forgets the dead before it breaks the round
	noCut        bool // a Reset is taken for the end of a round
	quietBreak   bool // who breaks the round wakes nobody
	quietGiveUp  bool // who gives up does not break the round
	blindRelease bool // the last one to arrive stores the new state
}

const barrierProcs = 3

const (
	barArrive = iota // load the state
	barCount         // the CAS that arrives, or ends the round
	barAct           // runs the action
	barEnd           // the CAS that ends the round after the action
	barBell          // Look, load the bell
	barLook          // load the state
	barAsk           // ask for lives
	barBreak         // the CAS that breaks the round
	barFlag          // the CAS that says that somebody sleeps
	barLate          // lateBell
	barSleep         // the system call
	barAsleep        // in the kernel
	barStep          // step the bell
	barWake          // wake all
	barAbort         // the one that resets: break
	barForget        // forget the dead
	barReset         // the CAS of Reset
	barOver
)

type barrierWord struct {
	count            uint8
	running          uint8 // process + 1
	broken, sleepers bool
	resets, round    uint8
	cut              uint8 // parity + 1
}

type barrierActor struct {
	pc, then          uint8
	v, mine           barrierWord
	rung, stale       bool
	arrived           bool
	cancelled, failed bool
	rounds            uint8
}

type barrierModelState struct {
	word           barrierWord
	joined         [barrierProcs]bool
	actors         [barrierProcs]barrierActor
	life           [barrierProcs]uint8
	came           [4]uint8 // who has arrived in each round: bits
	kills, cancels uint8
}

type barrierModel struct {
	rules          barrierRules
	rounds         uint8
	action, resets bool
	strangers      bool // nobody has joined
	kills, cancels uint8
}

func (m *barrierModel) explore() (int, error) {
	s := barrierModelState{kills: m.kills, cancels: m.cancels, joined: [barrierProcs]bool{!m.strangers, !m.strangers, false}}
	for p := range 2 {
		s.actors[p].rounds = m.rounds
	}
	if s.actors[2].pc = barOver; m.resets {
		s.actors[2].pc = barAbort
	}
	return protocol[barrierModelState]{m.steps, m.accidents, m.check, m.reduce}.explore(s)
}

func (m *barrierModel) reduce(s barrierModelState) barrierModelState {
	for p := range s.actors {
		a := &s.actors[p]
		if s.life[p] != lives || a.pc == barOver {
			*a = barrierActor{pc: barOver, failed: a.failed}
		}
		if a.pc == barAsleep || a.pc == barBell {
			a.v = barrierWord{}
		}
	}
	return s
}

func (m *barrierModel) check(s barrierModelState, canGoOn bool) error {
	for p, a := range s.actors {
		switch {
		case s.life[p] != lives || a.pc == barOver:
		case a.pc == barAsleep && a.cancelled && len(m.step(s, p)) == 0:
			return fmt.Errorf("party %d is cancelled and sleeps: %+v", p, s)
		case canGoOn:
		case a.pc == barAsleep && m.waitsForNews(s, p):
		default:
			return fmt.Errorf("party %d never goes on: %+v", p, s)
		}
	}
	for p, a := range s.actors {
		if a.pc == barArrive && a.mine.round < s.word.round && a.arrived && !a.failed && s.came[a.mine.round] != 3 {
			return fmt.Errorf("party %d has passed round %d, and not all had come: %+v", p, a.mine.round, s)
		}
	}
	return nil
}

// waitsForNews reports whether p waits, in the round that goes on, for a party that
// has left the barrier for good, or that died unknown to it: by rights.
func (m *barrierModel) waitsForNews(s barrierModelState, p int) bool {
	if p > 1 || s.word.broken || s.word.running != 0 {
		return false
	}
	mine, q := s.actors[p].mine, 1-p
	if mine.round != s.word.round || mine.resets != s.word.resets {
		return false
	}
	if s.life[q] == lives {
		return s.actors[q].pc == barOver && (!s.actors[q].failed || mine.resets > 0)
	}
	return !s.joined[q] && (m.strangers || mine.resets > 0)
}

func (m *barrierModel) accidents(s barrierModelState) (next []barrierModelState) {
	for p, a := range s.actors {
		if s.kills > 0 && s.life[p] == lives && p < 2 {
			n := s
			n.kills--
			n.life[p] = dying
			next = append(next, n)
		}
		if s.cancels > 0 && !a.cancelled && barBell <= a.pc && a.pc <= barAsleep && s.life[p] == lives {
			n := s
			n.cancels--
			n.actors[p].cancelled = true
			next = append(next, n)
		}
	}
	return next
}

func (m *barrierModel) steps(s barrierModelState) (next []barrierModelState) {
	for p := range s.actors {
		switch s.life[p] {
		case dying:
			n := s
			n.life[p] = gone
			for q := range n.actors {
				a := &n.actors[q]
				a.stale = a.stale || !m.rules.noStale && barBell <= a.pc && a.pc <= barAsleep
			}
			next = append(next, n)
		case lives:
			next = append(next, m.step(s, p)...)
		}
	}
	return next
}
