package futex

import (
	"os"
	"testing"
)

// configurations are what is explored: three processes; two goroutines of one
// process beside another process; three goroutines of one. The long ones take
// some minutes.
func configurations(r rules, long bool) []model {
	more := uint8(0)
	if long {
		more = 1
	}
	three, two, one := [mActors]int{0, 1, 2}, [mActors]int{0, 0, 1}, [mActors]int{0, 0, 0}
	list := []model{
		{rules: r, procs: three, rounds: [mActors]uint8{1, 1, 1}, kills: 2, cancel: more},
		{rules: r, procs: two, rounds: [mActors]uint8{1, 1 + more, 1 + more}, kills: 1, cancel: 1},
		{rules: r, procs: one, rounds: [mActors]uint8{1 + more, 1, 2}, cancel: 1 + more},
	}
	if long {
		list = append(list,
			model{rules: r, procs: three, rounds: [mActors]uint8{2, 2, 2}, kills: 1},
			model{rules: r, procs: three, rounds: [mActors]uint8{2, 2, 1}, cancel: 1})
	}
	return list
}

func TestModel(t *testing.T) {
	for _, m := range configurations(rules{}, os.Getenv("SHMENGINE_STRESS") != "") {
		n, err := m.explore()
		if err != nil {
			t.Errorf("%+v: %v", m, err)
		}
		t.Logf("processes %v, rounds %v, %d kills, %d cancellations: %d states", m.procs, m.rounds, m.kills, m.cancel, n)
	}
}

// Each part of the protocol is needed: without it the model finds a state that
// is wrong.
func TestModelNeedsEveryRule(t *testing.T) {
	for name, r := range map[string]rules{
		"Look before the evaluation":                 {lookLate: true},
		"takeBed compares nudges":                    {noStaleCheck: true},
		"whoever gives up hands on the wake":         {noHandOn: true},
		"a slow-path acquire leaves W set":           {noTakenW: true},
		"W is set before sleeping":                   {noSleepW: true},
		"a death nudges":                             {noNudge: true},
		"a nudge is repeated":                        {nudgeOnce: true},
		"the death is confirmed before the nudge":    {nudgeEarly: true},
		"the start of supervision nudges":            {noScanNudge: true},
		"a cancellation is repeated":                 {cancelOnce: true},
		"the kernel compares the word":               {noCompare: true},
		"the first of a line calls the next":         {noNext: true},
		"Unlock is a compare-and-swap":               {blindUnlock: true},
		"taking from the dead is a compare-and-swap": {blindTake: true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, m := range configurations(r, false) {
				if _, err := m.explore(); err != nil {
					return
				}
			}
			t.Error("nothing goes wrong without it")
		})
	}
}
