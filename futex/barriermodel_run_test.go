package futex

import "testing"

func barrierConfigurations(r barrierRules, long bool) []barrierModel {
	more := uint8(0)
	if long {
		more = 1
	}
	return []barrierModel{
		{rules: r, rounds: 2, kills: 1, cancels: 1},
		{rules: r, rounds: 2, action: true, kills: 1, cancels: more},
		{rules: r, rounds: 1 + more, resets: true, kills: 1, cancels: 1},
		{rules: r, rounds: 1, resets: true, action: true, kills: 1, cancels: more},
		{rules: r, rounds: 2, action: true, strangers: true, kills: 1, cancels: more},
	}
}

func TestBarrierModel(t *testing.T) {
	for _, m := range barrierConfigurations(barrierRules{}, longModels()) {
		n, err := m.explore()
		if err != nil {
			t.Errorf("%+v: %v", m, err)
		}
		t.Logf("%d rounds, action %v, Reset %v, %d kills, %d cancellations: %d states", m.rounds, m.action, m.resets, m.kills, m.cancels, n)
	}
}

func TestBarrierModelNeedsEveryRule(t *testing.T) {
	for name, r := range map[string]barrierRules{
		"who goes to sleep says so":                         {noSleepers: true},
		"the end of a round steps the bell":                 {noStep: true},
		"the bell is loaded before the look":                {lateBell: true},
		"sleepers ask for those who have joined":            {noLost: true},
		"a death makes those who looked before look again":  {noStale: true},
		"Reset breaks the round before it forgets the dead": {forgetFirst: true},
		"a Reset is told from the end of a round":           {noCut: true},
		"sleepers ask for the one that runs the action":     {noRunner: true},
		"who breaks the round wakes the others":             {quietBreak: true},
		"who gives up breaks the round":                     {quietGiveUp: true},
		"the state is changed by compare-and-swap":          {blindRelease: true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, m := range barrierConfigurations(r, false) {
				if _, err := m.explore(); err != nil {
					return
				}
			}
			t.Error("nothing goes wrong without it")
		})
	}
}
