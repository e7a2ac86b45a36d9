package futex

import "fmt"

// The model of an Event: goroutines of a few processes wait for it, others set
// and clear it; processes are killed and waits cancelled at any step. The model
// of the mutex has shown what Lot and Place do; here a death is a nudge that
// comes some time after it.

// eventRules are the parts of the protocol; each field leaves one out.
type eventRules struct {
	noGeneration  bool // waiters look at S only
	noSleepW      bool // W is not set before sleeping
	noCompare     bool // the kernel does not compare the word before the sleep
	noLineCompare bool // who is not first of the line does not compare either
	noNext        bool // the first of a line leaves without calling the next
	noNudge       bool // a death wakes nobody
	wakeOne       bool // Set wakes one
	blindSet      bool // Set is a store: W counts as it was when Set looked
}

const (
	evWaiters = 3
	evSetters = 2
	evProcs   = 4
	evS, evW  = 1, 2
	evStep    = 4
)

// Where a waiter is.
const (
	evBegin   = iota // the load of Wait
	evLook           // Look
	evLoad           // load the word
	evFlag           // CAS to set W
	evLine           // join the line
	evCompare        // not first: compare the word
	evSecond         // still not first?
	evTurn           // not first: wait
	evSleep          // the system call
	evAsleep         // in the kernel
	evGiveUp         // hand on a wake
	evLeave          // Unpark
	evDone
)

type evWaiter struct {
	pc, since, v           uint8
	stale, turn, cancelled bool
	owed                   bool // the event was set since the waiter began
	passed                 bool // Wait is going to return nil
}

// Where a setter is within one operation.
const (
	evOpLoad = iota
	evOpSwap
	evOpWake
)

type evSetter struct{ op, pc, v uint8 }

type evState struct {
	word           uint8
	waiters        [evWaiters]evWaiter
	setters        [evSetters]evSetter
	line           [evProcs]mLine
	dead, pending  [evProcs]bool
	kills, cancels uint8
}

// eventModel is one configuration: the processes of waiters and setters, what
// each setter does ('s', 'c'), and how much may happen. A process below 0 is not there.
type eventModel struct {
	rules          eventRules
	waiters        [evWaiters]int
	setters        [evSetters]int
	ops            [evSetters]string
	kills, cancels uint8
}

func (m *eventModel) explore() (int, error) {
	first := evState{kills: m.kills, cancels: m.cancels}
	for i := range m.waiters {
		if m.waiters[i] < 0 {
			first.waiters[i].pc = evDone
		}
	}
	return space[evState]{m.next, m.accidents, m.forget, m.wrong}.explore(first)
}

// forget clears what has no influence any more, so that states which only differ
// in it are one.
func (m *eventModel) forget(s *evState) {
	waits := [evProcs]bool{}
	for i := range s.waiters {
		switch w := &s.waiters[i]; {
		case w.pc == evDone:
			*w = evWaiter{pc: evDone, owed: w.owed, passed: w.passed}
		case w.pc <= evLoad || w.pc == evGiveUp || w.pc == evLeave:
			w.v = 0
			fallthrough
		default:
			waits[m.waiters[i]] = true
		}
	}
	for i := range s.setters {
		if s.dead[m.setters[i]] {
			s.setters[i] = evSetter{op: uint8(len(m.ops[i]))}
		}
	}
	for p := range s.pending {
		s.pending[p] = s.pending[p] && waits[p]
	}
}

func (m *eventModel) wrong(s evState, canGoOn bool) error {
	for i, w := range s.waiters {
		switch {
		case m.waiters[i] < 0 || s.dead[m.waiters[i]]:
		case w.passed && !w.owed:
			return fmt.Errorf("waiter %d returns, though nothing was set: %+v", i, s)
		case w.pc != evDone && (w.owed || w.cancelled) && !canGoOn:
			return fmt.Errorf("waiter %d sleeps on: %+v", i, s)
		}
	}
	return nil
}

func (m *eventModel) accidents(s evState) (next []evState) {
	for p := range evProcs {
		if s.kills > 0 && !s.dead[p] {
			n := s
			n.kills--
			m.kill(&n, p)
			next = append(next, n)
		}
	}
	for i, w := range s.waiters {
		if s.cancels > 0 && !w.cancelled && w.pc > evBegin && w.pc < evGiveUp && !s.dead[m.waiters[i]] {
			n := s
			n.cancels--
			n.waiters[i].cancelled = true
			next = append(next, n)
		}
	}
	return next
}

// kill ends process p. Each survivor will be nudged.
func (m *eventModel) kill(s *evState, p int) {
	s.dead[p], s.pending[p], s.line[p] = true, false, mLine{}
	for q := range evProcs {
		s.pending[q] = s.pending[q] || !s.dead[q] && !m.rules.noNudge
	}
	for i := range s.waiters {
		if m.waiters[i] == p {
			s.waiters[i] = evWaiter{pc: evDone}
		}
	}
}

func (m *eventModel) next(s evState) (next []evState) {
	for p := range evProcs {
		if s.pending[p] {
			n := s
			n.pending[p] = false
			for i := range n.waiters {
				w := &n.waiters[i]
				w.stale = w.stale || m.waiters[i] == p && w.pc > evBegin && w.pc < evGiveUp
			}
			next = append(next, n)
		}
	}
	for i := range s.setters {
		if k := s.setters[i]; int(k.op) < len(m.ops[i]) && !s.dead[m.setters[i]] {
			next = append(next, m.set(s, i)...)
		}
	}
	for i := range s.waiters {
		next = append(next, m.wait(s, i)...)
	}
	return next
}

// set is a step of setter i.
func (m *eventModel) set(s evState, i int) []evState {
	k := &s.setters[i]
	setting := m.ops[i][k.op] == 's'
	done := func() { *k = evSetter{op: k.op + 1} }
	switch k.pc {
	case evOpLoad:
		if k.v, k.pc = s.word, evOpSwap; setting == (s.word&evS != 0) {
			done() // nothing to do
		}
	case evOpSwap:
		switch {
		case s.word != k.v && !(setting && m.rules.blindSet):
			k.v, k.pc = 0, evOpLoad
		case !setting:
			s.word = k.v &^ evS
			done()
		default:
			m.raise(&s, k)
		}
	case evOpWake:
		done()
		return m.wakes(s)
	}
	return []evState{s}
}

// raise is the compare-and-swap of Set, done by k.
func (m *eventModel) raise(s *evState, k *evSetter) {
	flagged := k.v&evW != 0
	s.word = k.v&^evW + evStep | evS
	for j := range s.waiters {
		w := &s.waiters[j]
		w.owed = w.owed || w.pc > evBegin && w.pc < evDone
	}
	if *k = (evSetter{op: k.op, pc: evOpWake}); !flagged {
		*k = evSetter{op: k.op + 1}
	}
}

// wakes is FUTEX_WAKE of all.
func (m *eventModel) wakes(s evState) (next []evState) {
	if m.rules.wakeOne {
		return s.wakeOne()
	}
	for j := range s.waiters {
		if s.waiters[j].pc == evAsleep {
			s.waiters[j].pc = evLook
		}
	}
	return []evState{s}
}

// wakeOne is FUTEX_WAKE of one: any of those who sleep.
func (s evState) wakeOne() (next []evState) {
	for j := range s.waiters {
		if s.waiters[j].pc == evAsleep {
			n := s
			n.waiters[j].pc = evLook
			next = append(next, n)
		}
	}
	if next == nil {
		next = append(next, s)
	}
	return next
}
