package futex

import "fmt"

// The model of a Semaphore: goroutines of a few processes acquire a token and
// release it, another gives tokens only; processes are killed and waits cancelled
// at any step. The model of the mutex has shown what Lot and Place do; here a
// death is a nudge that comes some time after it.

// semRules are the parts of the protocol; each field leaves one out.
type semRules struct {
	noSleepW     bool // W is not set before sleeping
	noTakenW     bool // a slow-path acquire does not leave W set
	noChain      bool // a slow-path acquire that leaves tokens wakes nobody
	chainOnce    bool // it wakes somebody only if W was not set
	noCompare    bool // the kernel does not compare the word before the sleep
	noHandOn     bool // whoever gives up keeps the wake
	noNext       bool // the first of a line leaves without calling the next
	noNudge      bool // a death wakes nobody
	noStaleCheck bool // a nudge between Look and the sleep is not noticed
	lookLate     bool // Look after the evaluation, not before
	blindRelease bool // Release wakes only if W was set when it looked
}

const (
	smActors = 4 // the last one only gives
	smProcs  = 4
	smGiver  = smActors - 1
	smW      = 1 << 3
	smValue  = smW - 1
)

// Where a goroutine is.
const (
	smFast    = iota // the first try, and spinning
	smLook           // Look
	smEval           // takeOrFlag
	smBooks          // no token: who has them?
	smLine           // join the line, take a bed
	smSleep          // the system call
	smAsleep         // in the kernel
	smTurn           // not the first of the line
	smGiveUp         // hand on a wake
	smLeave          // Unpark without a token
	smChain          // taken, with tokens left: wake the next
	smTaken          // Unpark with a token
	smInside         // has a token, or is going to give some: Release looks
	smRelease        // Release's compare-and-swap
	smWake           // Release's wake
	smDone
)

type smActor struct {
	pc, v, rounds          uint8
	stale, turn, cancelled bool
}

type smState struct {
	word           uint8 // value and smW
	actors         [smActors]smActor
	line           [smProcs]mLine
	dead, pending  [smProcs]bool
	lost           uint8 // tokens of the dead
	kills, cancels uint8
}

// semModel is one configuration.
type semModel struct {
	rules          semRules
	procs          [smActors]int
	rounds         [smActors]uint8 // of acquire and release; of the giver: of release
	value, give    uint8           // at first; at each release of the giver
	tracked        bool
	keep           bool // who acquires never releases
	kills, cancels uint8
}

func (m *semModel) explore() (int, error) {
	first := smState{word: m.value, kills: m.kills, cancels: m.cancels}
	for i := range first.actors {
		a := &first.actors[i]
		a.rounds = m.rounds[i]
		switch {
		case a.rounds == 0:
			a.pc = smDone
		case i == smGiver:
			a.pc = smInside
		}
	}
	return space[smState]{m.next, m.accidents, m.forget, m.wrong}.explore(first)
}

// forget clears what has no influence any more.
func (m *semModel) forget(s *smState) {
	waits := [smProcs]bool{}
	for i := range s.actors {
		a := &s.actors[i]
		waits[m.procs[i]] = waits[m.procs[i]] || a.pc != smDone
		if a.pc < smBooks || a.pc > smSleep && a.pc != smRelease {
			a.v = 0
		}
	}
	for p := range s.pending {
		s.pending[p] = s.pending[p] && waits[p]
	}
}

func (m *semModel) wrong(s smState, canGoOn bool) error {
	value := s.word & smValue
	tokens := value + s.lost
	for i, a := range s.actors {
		if i != smGiver && a.pc >= smChain && a.pc <= smRelease {
			tokens++
		}
		if i != smGiver && m.keep && !s.dead[m.procs[i]] {
			tokens += m.rounds[i] - a.rounds
		}
	}
	given := m.value + m.give*(m.rounds[smGiver]-s.actors[smGiver].rounds)
	if s.actors[smGiver].pc == smWake {
		given += m.give
	}
	if !s.dead[m.procs[smGiver]] && tokens != given {
		return fmt.Errorf("%d tokens of %d: %+v", tokens, given, s)
	}
	for i, a := range s.actors {
		if a.pc != smDone && !canGoOn && (value > 0 || a.cancelled || m.tracked && s.lost > 0) {
			return fmt.Errorf("goroutine %d sleeps on: %+v", i, s)
		}
	}
	return nil
}

func (m *semModel) accidents(s smState) (next []smState) {
	for p := range smProcs {
		if s.kills > 0 && !s.dead[p] {
			n := s
			n.kills--
			m.kill(&n, p)
			next = append(next, n)
		}
	}
	for i, a := range s.actors {
		if s.cancels > 0 && !a.cancelled && a.pc >= smLook && a.pc < smGiveUp {
			n := s
			n.cancels--
			n.actors[i].cancelled = true
			next = append(next, n)
		}
	}
	return next
}

// kill ends process p, with what it has. Each survivor will be nudged.
func (m *semModel) kill(s *smState, p int) {
	s.dead[p], s.pending[p], s.line[p] = true, false, mLine{}
	for q := range smProcs {
		s.pending[q] = s.pending[q] || !s.dead[q] && !m.rules.noNudge
	}
	for i := range s.actors {
		if m.procs[i] != p {
			continue
		}
		if pc := s.actors[i].pc; i != smGiver && pc >= smChain && pc <= smRelease {
			s.lost++
		}
		if i != smGiver && m.keep {
			s.lost += m.rounds[i] - s.actors[i].rounds
		}
		s.actors[i] = smActor{pc: smDone}
	}
}

func (m *semModel) next(s smState) (next []smState) {
	for p := range smProcs {
		if s.pending[p] {
			n := s
			n.pending[p] = false
			for i := range n.actors {
				a := &n.actors[i]
				a.stale = a.stale || m.procs[i] == p && a.pc >= smLook && a.pc < smGiveUp
			}
			next = append(next, n)
		}
	}
	for i := range s.actors {
		next = append(next, m.step(s, i)...)
	}
	return next
}
