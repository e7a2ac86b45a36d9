package engine

import "fmt"

// The model of how a task finds a worker: the entry of its cell, the watch word, the hints,
// the idle bits, the rings, and the words by which a worker has the coordinator look. Tasks
// are submitted, worked on and collected; workers are killed and stopped at any step. The
// timer, which would find whatever was lost, is left out, but where workers are stopped.
//
// Every step here is one atomic action of the program: one load or store of a shared word,
// one compare-and-swap. Two are taken for one where they are one moment: whether there are
// hints is a comparison of two words, of which only the coordinator moves one. How a worker
// sleeps at its ring is a model of package ringbuf: here it sleeps while that is empty. How
// the coordinator hears of news is the next model: here it hears of a cell some time later.
//
// What is nondeterministic in the world is so here: which free cell is used, when a
// submitter looks for results, how long a worker watches, who runs.

// wakeRules are the parts of the protocol that are needed: the zero value is the protocol,
// each field leaves one part out.
type wakeRules struct {
	entryLate    bool // the coordinator looks at the watch word before the entry is pending
	hintLate     bool // the coordinator looks for an idle worker before the hint is there
	noRouse      bool // nobody is woken for a hint
	fullIsGiven  bool // a descriptor that found no room counts as handed over
	noLookAgain  bool // who takes its watch word back does not look at the cell
	lookEarly    bool // it looks before it takes the word back
	noGiveBack   bool // a worker that obeys a descriptor does not say what was put into its cell
	noHintedBack bool // one that found a hint while it watches does not either
	noLeaveJob   bool // a worker goes into a job while it watches
	noRestLook   bool // a worker does not look at the hints after it said that it rests
	restLate     bool // it says so after it has looked
	blindClaim   bool // the claim is a store
	noTell       bool // a worker does not look whether somebody sleeps for its task
	tellLate     bool // who is about to sleep looks at the entry before it says so
	noRehint     bool // after a death the hints are not made anew
	noRedo       bool // what a dead worker had is not offered again
	watchStays   bool // after a death the watch word stays
	noRescue     bool // what a stopped worker was handed, or found a hint of, is not hinted to all
}

const (
	wmWorkers = 2
	wmCells   = 2
	wmRing    = 2
	wmHints   = 5
)

// Descriptors of a ring: cell+1, or one of these.
const (
	wmWake = -1 - iota
	wmJob
)

// States of a cell.
const (
	cellFree = iota
	cellPending
	cellRunning
	cellDone
)

type wmCell struct {
	state, by    uint8 // by: worker+1, also who has it
	handed, tell bool
	told         bool // somebody sleeps until it ends
}

type wmWorker struct {
	pc, yes, no, then uint8
	hand              int8  // the descriptor that it obeys
	cell, about       uint8 // that it claims; that it tells of
	last              uint8 // cell+1, 0 none
	on, saw           bool
	life              uint8
}

const (
	wmLives = iota
	wmStopped
	wmDead
	wmBuried // its idle bit is cleared
	wmSwept  // and its watch word
)

// A wmCall is what a goroutine of the coordinator does that holds tasks.mu.
type wmCall struct {
	pc, cell, snap, target uint8
	rouse                  bool
	more                   uint8 // cells to rescue, or pushes to wake for
	who                    uint8
	unseen                 bool // entryLate: the entry is to be stored
}

// wmState is one state of everything: a map key.
type wmState struct {
	cells   [wmCells]wmCell
	workers [wmWorkers]wmWorker
	watch   [wmWorkers]uint8 // cell+1
	idle    uint8
	ring    [wmWorkers][wmRing]int8
	hints   [wmHints]uint8 // cell+1, oldest first
	news    uint8
	call    wmCall
	left    uint8 // tasks to submit
	jobs    uint8 // descriptors of jobs to push
	kills   uint8
	stops   uint8
	sleeper uint8 // cell+1 that the one who tells looks at behind its call
	ticked  bool  // the timer has run, and nothing was claimed since
	heard   uint8 // cell+1 that the listener looks at
	bad     bool  // two workers have one task
}

// wakeModel is one configuration to explore.
type wakeModel struct {
	rules              wakeRules
	tasks, jobs        uint8
	kills, stops       uint8
	tells, tight, tick bool
	asleep             uint8 // workers, to begin with: a bit each
}

// explore visits every reachable state. It returns how many there are, and an error if one
// of them is wrong: a task in two hands, or a task that nobody will ever look at.
func (m *wakeModel) explore() (int, error) {
	first := wmState{left: m.tasks, jobs: m.jobs, kills: m.kills, stops: m.stops}
	for i := range first.workers { // each has run a task
		first.workers[i].last, first.cells[i].by = uint8(i+1), uint8(i+1)
		if m.asleep&(1<<i) != 0 {
			first.workers[i].pc = wSleep
			first.idle |= 1 << i
		}
	}
	seen := map[wmState]struct{}{first: {}}
	todo := []wmState{first}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		next := m.next(s)
		if len(next) == 0 && m.tick && s.waits() && !s.ticked {
			next = append(next, m.timer(s))
		}
		if err := s.check(len(next) > 0); err != nil {
			return len(seen), err
		}
		for _, n := range append(next, m.accidents(s)...) {
			n.forget()
			if _, ok := seen[n]; !ok {
				seen[n] = struct{}{}
				todo = append(todo, n)
			}
		}
	}
	return len(seen), nil
}

// check looks at a state in which nothing happens any more but by accident.
func (s *wmState) check(canGoOn bool) error {
	if s.bad {
		return fmt.Errorf("a task is in two hands: %+v", s)
	}
	if canGoOn {
		return nil
	}
	for i, c := range s.cells {
		held := c.state == cellRunning && s.workers[c.by-1].life == wmStopped
		if c.state != cellFree && !held {
			return fmt.Errorf("nobody looks at the task of cell %d any more: %+v", i, s)
		}
	}
	return nil
}

// waits reports whether a task is in nobody's hands.
func (s *wmState) waits() bool {
	for _, c := range s.cells {
		if c.state == cellPending || c.state == cellDone {
			return true
		}
	}
	return false
}

// forget clears what has no influence any more, so that states which only differ in it are
// one.
func (s *wmState) forget() {
	if s.call.pc == callNone {
		s.call = wmCall{}
	}
	for i := range s.workers {
		w := &s.workers[i]
		if w.life > wmStopped {
			*w = wmWorker{life: w.life}
			continue
		}
		w.forget()
	}
	switch k := &s.call; k.pc {
	case callRise:
		k.target = 0
	case callPush:
	default:
		k.snap, k.target = 0, 0
	}
}

// forget clears what a worker has no use for where it is.
func (w *wmWorker) forget() {
	switch w.pc {
	case wClaim, wSwap, wLeave, wLeft:
		w.then = 0
	case wHinted, wRun, wTold:
		w.no, w.then = 0, 0
	case wYield, wYielded, wNews:
		if w.then == wClaim || w.then == wRun {
			break
		}
		w.yes, w.no, w.cell = 0, 0, 0
	default:
		w.yes, w.no, w.then, w.cell = 0, 0, 0, 0
	}
	if w.pc < wNews {
		w.about = 0
	}
	if w.pc < wLeave {
		w.saw = false
	}
}

// accidents are what may happen and need not.
func (m *wakeModel) accidents(s wmState) (next []wmState) {
	for i := range s.workers {
		if s.workers[i].life != wmLives {
			continue
		}
		if s.kills > 0 {
			n := s
			n.kills--
			n.workers[i].life = wmDead
			next = append(next, n)
		}
		if s.stops > 0 {
			n := s
			n.stops--
			n.workers[i].life = wmStopped
			next = append(next, n)
		}
		if s.jobs > 0 {
			n := s
			n.jobs--
			n.push(i, wmJob)
			next = append(next, n)
		}
	}
	return next
}

// push is a descriptor into a ring; false if that is full.
func (s *wmState) push(w int, d int8) bool {
	for i := range s.ring[w] {
		if s.ring[w][i] == 0 {
			s.ring[w][i] = d
			return true
		}
	}
	return false
}

// pop is the oldest descriptor, 0 for none.
func (s *wmState) pop(w int) (d int8) {
	d = s.ring[w][0]
	copy(s.ring[w][:], s.ring[w][1:])
	s.ring[w][wmRing-1] = 0
	return d
}

// hint is a number into the ring of hints.
func (s *wmState) hint(cell uint8) {
	for i := range s.hints {
		if s.hints[i] == 0 {
			s.hints[i] = cell + 1
			return
		}
	}
	panic("the model has too little room for hints")
}

func (s *wmState) nextHint() (cell uint8, ok bool) {
	c := s.hints[0]
	copy(s.hints[:], s.hints[1:])
	s.hints[wmHints-1] = 0
	return c - 1, c != 0
}

func (s *wmState) empty() bool { return s.hints[0] == 0 }
