package futex

import (
	"os"
	"testing"
)

// semConfigurations are what is explored: one token for three processes; a giver
// of several; two goroutines of one process; tokens that die. The long ones take
// minutes.
func semConfigurations(r semRules, long bool) []semModel {
	three, two := [smActors]int{0, 1, 2, 3}, [smActors]int{0, 0, 1, 3}
	list := []semModel{
		{rules: r, procs: three, rounds: [smActors]uint8{1, 1, 1, 0}, value: 1, kills: 1, cancels: 1},
		{rules: r, procs: three, rounds: [smActors]uint8{1, 1, 1, 3}, give: 1, keep: true},
		{rules: r, procs: two, rounds: [smActors]uint8{1, 1, 1, 1}, give: 2, cancels: 1},
		{rules: r, procs: three, rounds: [smActors]uint8{1, 1, 1, 0}, value: 1, tracked: true, kills: 1, cancels: 1},
		{rules: r, procs: two, rounds: [smActors]uint8{1, 1, 1, 0}, value: 1, tracked: true, kills: 1},
	}
	if long {
		list = append(list,
			semModel{rules: r, procs: three, rounds: [smActors]uint8{1, 1, 1, 2}, give: 2, kills: 1, cancels: 1},
			semModel{rules: r, procs: two, rounds: [smActors]uint8{2, 1, 1, 2}, give: 1, kills: 1, cancels: 1},
			semModel{rules: r, procs: three, rounds: [smActors]uint8{2, 2, 1, 0}, value: 2, tracked: true, kills: 2, cancels: 1})
	}
	return list
}

func TestSemaphoreModel(t *testing.T) {
	for _, m := range semConfigurations(semRules{}, os.Getenv("SHMENGINE_STRESS") != "") {
		n, err := m.explore()
		if err != nil {
			t.Errorf("%+v: %v", m, err)
		}
		t.Logf("processes %v, rounds %v, value %d, give %d, tracked %v, %d kills, %d cancellations: %d states",
			m.procs, m.rounds, m.value, m.give, m.tracked, m.kills, m.cancels, n)
	}
}

func TestSemaphoreModelNeedsEveryRule(t *testing.T) {
	for name, r := range map[string]semRules{
		"W is set before sleeping":            {noSleepW: true},
		"a slow-path acquire leaves W set":    {noTakenW: true},
		"who leaves tokens wakes the next":    {noChain: true},
		"also if W was set already":           {chainOnce: true},
		"the kernel compares the word":        {noCompare: true},
		"whoever gives up hands on the wake":  {noHandOn: true},
		"the first of a line calls the next":  {noNext: true},
		"a death nudges":                      {noNudge: true},
		"a nudge before the sleep is noticed": {noStaleCheck: true},
		"Look before the evaluation":          {lookLate: true},
		"Release is a compare-and-swap":       {blindRelease: true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, m := range semConfigurations(r, false) {
				if _, err := m.explore(); err != nil {
					return
				}
			}
			t.Error("nothing goes wrong without it")
		})
	}
}
