package futex

import "testing"

// condConfigurations: two goroutines of one process and one of another wait,
// while a third process notifies; the notifier is of one of theirs; or three wait in
// three processes.
func condConfigurations(r condRules, long bool) []condModel {
	more := uint8(0)
	if long {
		more = 1
	}
	apart, beside := [condActors]uint8{0, 0, 1, 2}, [condActors]uint8{0, 0, 1, 1}
	three := [condActors]uint8{0, 1, 2, 2}
	return []condModel{
		{rules: r, procs: apart, notifier: 3, rounds: 1, kills: 1 + more},
		{rules: r, procs: apart, notifier: 3, rounds: 2, cancels: 1 + more},
		{rules: r, procs: apart, notifier: 3, rounds: 1, kills: 1, cancels: 1},
		{rules: r, procs: beside, notifier: 3, rounds: 2, kills: 1, cancels: more},
		{rules: r, procs: three, notifier: 3, rounds: 1, kills: 1, cancels: more},
	}
}

func TestCondModel(t *testing.T) {
	for _, m := range condConfigurations(condRules{}, longModels()) {
		n, err := m.explore()
		if err != nil {
			t.Errorf("%+v: %v", m, err)
		}
		t.Logf("processes %v, %d notifies, %d kills, %d cancellations: %d states", m.procs, m.rounds, m.kills, m.cancels, n)
	}
}

func TestCondModelNeedsEveryRule(t *testing.T) {
	for name, r := range map[string]condRules{
		"only the first in line takes a notify":        {newcomers: true},
		"the line is joined with the mutex held":       {joinLate: true},
		"what the dead were notified of is given away": {noLegacy: true},
		"giveTo asks for the life after it has given":  {askFirst: true},
		"a legacy reaches the oldest of each process":  {anyHeir: true},
		"a dead owner is a reason to take the mutex":   {noOwner: true},
		"the word is loaded before the look":           {lookLate: true},
		"a notify steps the word":                      {noStep: true},
		"a notify wakes":                               {wakeNothing: true},
		"whoever leaves calls the next in line":        {noCallNext: true},
		"a notify comes before a cancellation":         {dropNotify: true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, m := range condConfigurations(r, false) {
				if _, err := m.explore(); err != nil {
					return
				}
			}
			t.Error("nothing goes wrong without it")
		})
	}
}
