package futex

import "fmt"

// The model of RWMutex: three processes of one goroutine each read or write,
// some rounds long; they are killed, and their waits cancelled, at any step.

// rwRules are the parts that are needed: the zero value is the protocol, each
// field leaves one part out.
type rwRules struct {
	lookFirst    bool // a reader looks at the word before it counts itself
	noTell       bool // a reader that leaves does not ring for the writer
	noTellUndo   bool // nor one that backs off
	noRing       bool // a writer that leaves does not ring the gate
	noRingBack   bool // nor one that gives a dead writer's word back
	noTurn       bool // a writer that leaves never gives the readers their turn
	noEndUnlock  bool // it does not look whether they are gone already
	noEndReader  bool // the last reader does not end the turn
	noWakeEnd    bool // or wakes no writer when it does
	deadMarks    bool // marks of the dead count
	deadReaders  bool // so do read locks of the dead
	giveBackFree bool // an undone claim of a dead writer's word leaves it free
	armLate      bool // the bell is armed after the look
	noStale      bool // a death does not make who looked before it look again
	robTurn      bool // a writer does not wait for the end of the readers' turn
	keepMark     bool // a reader that gives up keeps its mark
}

const (
	rwProcs = 3
	rwTurn  = 7
	rwOwner = 7
	rwW     = 8
	rwD     = 16
)

// Where a goroutine is. Those of a writer's claim and those of waiting at the
// gate are apart; the others belong to both.
const (
	rwCount     = iota // the fast path of RLock: count
	rwLook             // then look at the word
	rwEarly            // lookFirst: look, then count
	rwUndo             // back off: uncount
	rwTell             // look at word and bell
	rwTellWake         // wake the writer
	rwGate             // Look
	rwGateArm          // arm the gate
	rwGateLoad         // load the word
	rwGateEval         // ask for the owner's life; rob, mark, or go to sleep
	rwGateSleep        // the system call
	rwGateAsleep
	rwUnmark // take the mark back
	rwEnd    // endTurn: load the word
	rwEndSee // look at each member's marks
	rwEndCAS
	rwFast // the fast path of Lock
	rwPark // Look
	rwLoad
	rwEval // rob, look at marks, or go to sleep
	rwSee  // look at each member's marks
	rwFlag // set W
	rwSleep
	rwAsleep
	rwDrain    // Look
	rwDrainArm // arm the bell of the drain
	rwDrainSee // look at each member's count
	rwDrainSleep
	rwDrainAsleep
	rwBack // give a dead writer's word back
	rwReading
	rwWriting
	rwRepair  // MarkConsistent
	rwMarked  // Unlock: look at each member's marks
	rwRelease // Unlock's CAS
	rwRing    // step the gate
	rwRingAll // wake all at the gate
	rwAfter   // endTurn, or wake a writer
	rwOver
)

type rwActor struct {
	pc, v, was, next, i uint8
	rounds, overtaken   uint8
	writer              bool // what it wants
	marked, any         bool
	early               bool  // was in when the writer died
	then                uint8 // where a reader goes after tell or endTurn
	rung, stale         bool  // since arm; since Look
	cancelled           bool
}

// rwState is one state of everything: a map key.
type rwState struct {
	word           uint8
	held, marks    [rwProcs]uint8
	gate, drain    bool // armed
	actors         [rwProcs]rwActor
	life           [rwProcs]uint8
	owed           bool // a writer died with the word: the next one in is to know
	kills, cancels uint8
}

type rwModel struct {
	rules          rwRules
	writers        [rwProcs]bool
	rounds         [rwProcs]uint8
	kills, cancels uint8
}

func (m *rwModel) explore() (int, error) {
	s := rwState{kills: m.kills, cancels: m.cancels}
	for i := range s.actors {
		s.actors[i] = rwActor{writer: m.writers[i], rounds: m.rounds[i] + 1}
		m.again(&s.actors[i])
	}
	return protocol[rwState]{m.steps, m.accidents, m.check, m.reduce}.explore(s)
}

// again begins the next round, or ends the goroutine.
func (m *rwModel) again(a *rwActor) {
	*a = rwActor{writer: a.writer, rounds: a.rounds - 1}
	switch {
	case a.rounds == 0:
		a.pc = rwOver
	case a.writer:
		a.pc = rwFast
	case m.rules.lookFirst:
		a.pc = rwEarly
	}
}

func (m *rwModel) reduce(s rwState) rwState {
	for p := range s.actors {
		a := &s.actors[p]
		if s.life[p] != lives {
			*a = rwActor{}
			continue
		}
		if a.pc != rwDrain && !rwParked(a.pc) {
			a.rung, a.stale = false, false
		}
		switch a.pc {
		case rwUndo, rwTell, rwTellWake, rwGate, rwGateArm, rwUnmark, rwEnd,
			rwPark, rwGateAsleep, rwAsleep, rwReading, rwWriting, rwRepair, rwMarked:
			a.v = 0
		}
		if a.pc < rwSee || a.pc >= rwDrain && a.pc < rwDrainSee || a.pc > rwMarked {
			if a.pc != rwEndSee {
				a.i = 0
			}
		}
		if a.pc > rwBack {
			a.was = 0
		}
	}
	return s
}

func (m *rwModel) check(s rwState, canGoOn bool) error {
	readers, writers := 0, 0
	for p, a := range s.actors {
		if s.life[p] != lives {
			continue
		}
		switch a.pc {
		case rwReading:
			readers++
		case rwWriting, rwRepair:
			writers++
		}
		switch {
		case (a.pc == rwReading || a.pc == rwWriting) && s.owed && !a.early:
			return fmt.Errorf("process %d is in and does not know of the dead writer: %+v", p, s)
		case a.overtaken > 1:
			return fmt.Errorf("process %d waits to read while a second writer comes: %+v", p, s)
		case a.pc != rwOver && !canGoOn:
			return fmt.Errorf("process %d never goes on: %+v", p, s)
		case a.cancelled && rwBlocked(a.pc) && len(m.step(s, p)) == 0:
			return fmt.Errorf("process %d is cancelled and waits: %+v", p, s)
		}
	}
	if writers > 1 || writers == 1 && readers > 0 {
		return fmt.Errorf("%d writers and %d readers are in: %+v", writers, readers, s)
	}
	return nil
}

func rwBlocked(pc uint8) bool { return pc == rwGateAsleep || pc == rwAsleep || pc == rwDrainAsleep }

// rwParked reports whether a nudge concerns a goroutine here.
func rwParked(pc uint8) bool {
	return rwGate <= pc && pc <= rwGateAsleep || rwPark <= pc && pc <= rwDrainAsleep ||
		pc <= rwTellWake // with a place at the gate, if it came from there
}

func (m *rwModel) accidents(s rwState) (next []rwState) {
	for p, a := range s.actors {
		if s.life[p] != lives || a.pc == rwOver {
			continue
		}
		if s.kills > 0 {
			n := s
			n.kills--
			n.life[p] = dying
			m.owe(&n, p)
			next = append(next, n)
		}
		if s.cancels > 0 && !a.cancelled && rwParked(a.pc) && a.pc > rwTellWake {
			n := s
			n.cancels--
			n.actors[p].cancelled = true
			next = append(next, n)
		}
	}
	return next
}

// owe notes that p died with the word, if it did. Whoever is in already is in
// by right.
func (m *rwModel) owe(s *rwState, p int) {
	if s.word&rwOwner != uint8(p+1) {
		return
	}
	s.owed = true
	for q := range s.actors {
		if a := &s.actors[q]; a.pc == rwReading || rwUnmark <= a.pc && a.pc <= rwEndCAS && a.then == rwReading {
			a.early = true
		}
	}
}

func (m *rwModel) steps(s rwState) (next []rwState) {
	for p := range s.actors {
		switch s.life[p] {
		case dying: // seen by all from now on; who is parked is nudged
			n := s
			n.life[p] = gone
			for q := range n.actors {
				a := &n.actors[q]
				a.stale = a.stale || !m.rules.noStale && rwParked(a.pc)
			}
			next = append(next, n)
		case lives:
			next = append(next, m.step(s, p)...)
		}
	}
	return next
}
