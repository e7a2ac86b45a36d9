package engine

import (
	"math/bits"
	"os"
	"testing"
)

// mourn is what the coordinator does about a worker that is dead.
func (m *wakeModel) mourn(s wmState, i int) []wmState {
	w := &s.workers[i]
	switch w.life {
	case wmDead:
		s.idle &^= 1 << i
		w.life = wmBuried
	case wmBuried:
		if w.life = wmSwept; !m.rules.watchStays {
			s.watch[i] = 0
		}
	case wmSwept:
		if s.call.pc != callNone || s.sleeper != 0 || s.heard != 0 {
			return nil
		}
		for c := range s.cells {
			if c := &s.cells[c]; c.state == cellRunning && c.by == uint8(i+1) && !m.rules.noRedo {
				c.state, c.handed = cellPending, false
			}
		}
		s.call = wmCall{pc: callForget, who: uint8(whoMourns + i)}
		w.life = wmMourned
	}
	return []wmState{s}
}

// wmMourned is a dead worker whose tasks are being offered again.
const wmMourned = wmSwept + 1

// listen is what the listener can do.
func (m *wakeModel) listen(s wmState) []wmState {
	switch {
	case s.heard != 0:
		if c := &s.cells[s.heard-1]; c.state == cellDone {
			c.free()
		}
		s.heard = 0
	case s.news != 0 && s.call.pc == callNone && s.sleeper == 0:
		cell := uint8(bits.TrailingZeros8(s.news))
		s.news &= s.news - 1
		s.call = wmCall{pc: callRescue, cell: cell, who: whoListens}
	default:
		return nil
	}
	return []wmState{s}
}

// timer is tasks.tidy.
func (m *wakeModel) timer(s wmState) wmState {
	s.ticked = true
	var all uint8
	for i := range s.cells {
		switch c := &s.cells[i]; c.state {
		case cellDone:
			c.free()
		case cellPending:
			all |= 1 << i
		}
	}
	if all != 0 {
		s.call = wmCall{more: all}
		m.over(&s)
	}
	return s
}

// What is explored: see wakeConfigurations.
const (
	withJobs  = iota // a job comes between the tasks
	fullRings        // two come into a ring that has room for two
	tight            // no worker is handed anything: there are hints only
	tightJobs        // and a job comes between
	sleepers         // whoever waits sleeps
	deaths           // a worker is killed
	stops            // a worker is stopped, and there is a timer
)

// wakeConfigurations are what is explored. But for the last one there is no timer. The long
// ones take minutes.
func wakeConfigurations(r wakeRules, long bool) []wakeModel {
	list := []wakeModel{
		withJobs:  {rules: r, tasks: 2, jobs: 1, asleep: 1},
		fullRings: {rules: r, tasks: 1, jobs: 2, asleep: 3},
		tight:     {rules: r, tasks: 3, tight: true, asleep: 1},
		tightJobs: {rules: r, tasks: 2, jobs: 1, tight: true, asleep: 1},
		sleepers:  {rules: r, tasks: 1, tells: true},
		deaths:    {rules: r, tasks: 2, kills: 1, asleep: 3},
		stops:     {rules: r, tasks: 1, stops: 1, tells: true, tick: true, asleep: 3},
	}
	if long {
		list = append(list,
			wakeModel{rules: r, tasks: 2, jobs: 1},
			wakeModel{rules: r, tasks: 3, tight: true},
			wakeModel{rules: r, tasks: 2, kills: 1},
			wakeModel{rules: r, tasks: 2, tells: true, asleep: 3},
			wakeModel{rules: r, tasks: 2, kills: 1, jobs: 1, asleep: 3},
			wakeModel{rules: r, tasks: 2, stops: 1, tells: true, tick: true, asleep: 3})
	}
	return list
}

func TestWakeModel(t *testing.T) {
	long := os.Getenv("SHMENGINE_STRESS") != ""
	for i, m := range wakeConfigurations(wakeRules{}, long) {
		if i == tightJobs && !long { // what is new in it is what goes wrong without a rule
			continue
		}
		n, err := m.explore()
		if err != nil {
			t.Errorf("%+v: %v", m, err)
		}
		t.Logf("%d tasks, %d jobs, %d kills, %d stops, sleepers %v, tight %v, asleep %02b: %d states",
			m.tasks, m.jobs, m.kills, m.stops, m.tells, m.tight, m.asleep, n)
	}
}

// Each part of the protocol is needed: without it the model finds a state that is wrong.
func TestWakeModelNeedsEveryRule(t *testing.T) {
	for _, c := range []struct {
		name string
		in   int
		r    wakeRules
	}{
		{"the entry is pending before the look at the watch word", withJobs, wakeRules{entryLate: true}},
		{"a hint comes before the look for an idle worker", tight, wakeRules{hintLate: true}},
		{"an idle worker is woken for a hint", tight, wakeRules{noRouse: true}},
		{"what found no room in a ring is hinted", fullRings, wakeRules{fullIsGiven: true}},
		{"who ends watching looks at the cell", withJobs, wakeRules{noLookAgain: true}},
		{"the watch word is taken back before that look", withJobs, wakeRules{lookEarly: true}},
		{"who obeys gives back what was put into its cell", withJobs, wakeRules{noGiveBack: true}},
		{"who found a hint does so too", tight, wakeRules{noHintedBack: true}},
		{"nobody watches within a job", tightJobs, wakeRules{noLeaveJob: true}},
		{"who rests looks at the hints", tight, wakeRules{noRestLook: true}},
		{"it says that it rests before that look", tight, wakeRules{restLate: true}},
		{"the claim is a compare-and-swap", tight, wakeRules{blindClaim: true}},
		{"a worker looks whether somebody sleeps", sleepers, wakeRules{noTell: true}},
		{"a sleeper says so before it looks", sleepers, wakeRules{tellLate: true}},
		{"hints are made anew after a death", deaths, wakeRules{noRehint: true}},
		{"what the dead had is offered again", deaths, wakeRules{noRedo: true}},
		{"the watch word of the dead is cleared", deaths, wakeRules{watchStays: true}},
		{"what a stopped worker has in hand is offered to all", stops, wakeRules{noRescue: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := wakeConfigurations(c.r, false)[c.in].explore(); err == nil {
				t.Error("nothing goes wrong without it")
			}
		})
	}
}
