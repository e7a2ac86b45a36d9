package futex

import (
	"fmt"
	"math/bits"
)

// The model of Cond: goroutines that wait once, two of them of one process, and
// one that notifies. The mutex is taken as given: robust, and released at once
// when somebody dies with it, who is then known to be dead.

// condRules are the parts that are needed: the zero value is the protocol, each
// field leaves one part out.
type condRules struct {
	newcomers   bool // whoever is awake takes a notify, not only the first in line
	joinLate    bool // the line is joined after the mutex is unlocked
	noLegacy    bool // nobody gives away what the dead were notified of
	askFirst    bool // giveTo asks for the life before it gives
	anyHeir     bool // a legacy goes to one process, whoever has come since
	noOwner     bool // a dead owner is no reason to take the mutex
	lookLate    bool // the word is loaded after the look
	noStep      bool // a notify does not step the word
	noCallNext  bool // whoever leaves does not call the next in line
	dropNotify  bool // a cancelled wait that was notified returns its error
	wakeNothing bool // a notify wakes nobody
}

const (
	condActors = 4
	condProcs  = 3
)

const (
	condStart  = iota // lock
	condEnlist        // count and join the line
	condUnlock        // unlock, and join if late
	condLook          // Look, load the word
	condEval          // is there a reason?
	condLate          // lookLate: load the word
	condSleep         // the system call
	condAsleep        // in the kernel
	condTurn          // not first in line
	condSettle        // lock
	condJudge         // notified? died?
	condBury          // give a legacy away
	condGive          // the store of a notify
	condAlive         // ask for the life of whom it was given
	condStep          // step the word
	condWake          // wake
	condNext          // the next notify, or what comes after all of them
	condFreed         // bury: free the cell
	condWoken         // returned: notified, or the owner died
	condQuit          // returned: cancelled
	condDone          // the notifier has ended
)

type condActor struct {
	pc, v     uint8
	stale     bool
	rung      bool // the word was stepped since it was loaded
	turn      bool // called by the one before
	cancelled bool
	died      bool  // its lock told of a dead owner
	left      uint8 // notifies still to give
	all       bool  // to each process
	to, heir  uint8 // process that is given to; process whose legacy it is, + 1
}

type condState struct {
	owner             uint8 // of the mutex: actor + 1
	dirty             bool  // the owner died
	waiting, notified [condProcs]uint8
	newer             [condProcs]bool // somebody began to wait after the notify
	line              [condProcs][2]uint8
	actors            [condActors]condActor
	life              [condProcs]uint8
	kills, cancels    uint8

	// What a notify promises.
	asked [2]uint8 // who waited at each notify: bits
	given uint8
	woken uint8 // who was notified: bits
}

type condModel struct {
	rules          condRules
	procs          [condActors]uint8
	notifier       int   // which actor
	rounds         uint8 // of the notifier, one notify each
	kills, cancels uint8
}

func (m *condModel) explore() (int, error) {
	s := condState{kills: m.kills, cancels: m.cancels}
	return protocol[condState]{m.steps, m.accidents, m.check, m.reduce}.explore(s)
}

func (m *condModel) reduce(s condState) condState {
	for i := range s.actors {
		if s.life[m.procs[i]] == gone {
			s.actors[i] = condActor{}
			if s.owner == uint8(i+1) {
				s.owner, s.dirty = 0, true
				s.asked = [2]uint8{} // whoever learns of the death is to notify again
			}
		}
	}
	return s
}

func (m *condModel) steps(s condState) (next []condState) {
	for p := range s.life {
		if s.life[p] != dying {
			continue
		}
		n := s
		n.life[p] = gone
		for i := range n.actors {
			a := &n.actors[i]
			a.stale = a.stale || condLook <= a.pc && a.pc <= condSettle
		}
		next = append(next, n)
	}
	for i := range s.actors {
		if s.life[m.procs[i]] == lives {
			next = append(next, m.step(s, i)...)
		}
	}
	return next
}

func (m *condModel) accidents(s condState) (next []condState) {
	for p := range s.life {
		if s.kills > 0 && s.life[p] == lives {
			n := s
			n.kills--
			n.life[p] = dying
			next = append(next, n)
		}
	}
	for i := range s.actors {
		if a := s.actors[i]; s.cancels > 0 && !a.cancelled && condLook <= a.pc && a.pc <= condTurn {
			n := s
			n.cancels--
			n.actors[i].cancelled = true
			next = append(next, n)
		}
	}
	return next
}

// check judges the states in which nothing goes on: of those who waited at a
// notify one must have been woken if any still sleeps; more notifies, more.
func (m *condModel) check(s condState, canGoOn bool) error {
	deaths := m.kills - s.kills
	if n := bits.OnesCount8(s.woken); deaths == 0 && n > int(s.given) {
		return fmt.Errorf("%d were woken by %d notifies: %+v", n, s.given, s)
	}
	if canGoOn {
		return nil
	}
	asleep := uint8(0)
	for i, a := range s.actors {
		switch {
		case s.life[m.procs[i]] != lives || a.pc >= condWoken:
		case a.pc != condAsleep && a.pc != condTurn:
			return fmt.Errorf("goroutine %d never goes on: %+v", i, s)
		case a.cancelled:
			return fmt.Errorf("goroutine %d is cancelled and sleeps: %+v", i, s)
		default:
			asleep |= 1 << i
		}
	}
	if asleep != 0 && s.dirty {
		return fmt.Errorf("the owner is dead and all sleep: %+v", s)
	}
	for k := range s.given {
		if s.asked[k]&asleep != 0 && s.woken&s.asked[k] == 0 {
			return fmt.Errorf("nobody was woken by notify %d: %+v", k, s)
		}
	}
	if both := s.asked[0] & s.asked[1]; s.given == 2 && both&asleep != 0 && bits.OnesCount8(s.woken) < 2 {
		return fmt.Errorf("two notifies woke one: %+v", s)
	}
	return nil
}
