package futex

import (
	"os"
	"testing"
)

// permitConfigurations are what is explored: one permit and two, for three
// processes; two goroutines of one process. The long ones take minutes.
func permitConfigurations(r permitRules, long bool) []permitModel {
	three, two := [pmActors]int{0, 1, 2, 3}, [pmActors]int{0, 0, 1, 3}
	ones, one := [pmActors]uint8{1, 1, 1, 0}, [pmWords]uint8{0, pmAlways} // 4 is the giver
	list := []permitModel{
		{rules: r, procs: three, rounds: ones, words: one, kills: 1, cancels: 1},
		{rules: r, procs: two, rounds: ones, words: one, kills: 1, cancels: 1},
		{rules: r, procs: three, rounds: [pmActors]uint8{2, 1, 1, 0}, cancels: 1},
		{rules: r, procs: three, rounds: [pmActors]uint8{1, 1, 1, 2}, words: [pmWords]uint8{4, 4}, keep: true},
	}
	if long {
		list = append(list,
			permitModel{rules: r, procs: three, rounds: [pmActors]uint8{2, 2, 1, 0}, kills: 1, cancels: 1},
			permitModel{rules: r, procs: two, rounds: [pmActors]uint8{1, 1, 1, 2}, words: [pmWords]uint8{4, 4}, keep: true, kills: 1},
			permitModel{rules: r, procs: two, rounds: [pmActors]uint8{2, 1, 2, 0}, kills: 1, cancels: 1})
	}
	return list
}

func TestPermitsModel(t *testing.T) {
	for _, m := range permitConfigurations(permitRules{}, os.Getenv("SHMENGINE_STRESS") != "") {
		n, err := m.explore()
		if err != nil {
			t.Errorf("%+v: %v", m, err)
		}
		t.Logf("processes %v, rounds %v, words %v, %d kills, %d cancellations: %d states",
			m.procs, m.rounds, m.words, m.kills, m.cancels, n)
	}
}

func TestPermitsModelNeedsEveryRule(t *testing.T) {
	for name, r := range map[string]permitRules{
		"W is set before sleeping":            {noArm: true},
		"W is set before the words are read":  {armLate: true},
		"who leaves permits wakes the next":   {noChain: true},
		"the kernel compares the bell":        {noCompare: true},
		"whoever gives up hands on the wake":  {noHandOn: true},
		"the first of a line calls the next":  {noNext: true},
		"a death nudges":                      {noNudge: true},
		"a nudge before the sleep is noticed": {noStaleCheck: true},
		"Look before the evaluation":          {lookLate: true},
		"what the dead have is taken":         {noRob: true},
		"Release frees, then looks":           {bellFirst: true},
		"a ring steps the bell":               {noStep: true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, m := range permitConfigurations(r, false) {
				if _, err := m.explore(); err != nil {
					return
				}
			}
			t.Error("nothing goes wrong without it")
		})
	}
}
