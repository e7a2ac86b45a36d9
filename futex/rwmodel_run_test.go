package futex

import "testing"

// rwConfigurations: a reader and two writers, with and without accidents, and two
// readers and a writer. The long ones take some minutes.
func rwConfigurations(r rwRules, long bool) []rwModel {
	more := uint8(0)
	if long {
		more = 1
	}
	rww, rrw := [rwProcs]bool{false, true, true}, [rwProcs]bool{false, false, true}
	list := []rwModel{
		{rules: r, writers: rww, rounds: [rwProcs]uint8{1, 2, 1 + more}, cancels: more},
		{rules: r, writers: rww, rounds: [rwProcs]uint8{1, 1, 1 + more}, kills: 1 + more, cancels: 1},
		{rules: r, writers: rrw, rounds: [rwProcs]uint8{1, 1 + more, 1}, kills: 1, cancels: 1},
	}
	if long {
		list = append(list, rwModel{rules: r, writers: rrw, rounds: [rwProcs]uint8{1, 1, 2}, kills: 1, cancels: 1})
	}
	return list
}

func TestRWModel(t *testing.T) {
	for _, m := range rwConfigurations(rwRules{}, longModels()) {
		n, err := m.explore()
		if err != nil {
			t.Errorf("%+v: %v", m, err)
		}
		t.Logf("writers %v, rounds %v, %d kills, %d cancellations: %d states", m.writers, m.rounds, m.kills, m.cancels, n)
	}
}

func TestRWModelNeedsEveryRule(t *testing.T) {
	for name, r := range map[string]rwRules{
		"a reader counts itself before it looks":           {lookFirst: true},
		"a reader that leaves tells the writer":            {noTell: true},
		"a reader that backs off tells the writer":         {noTellUndo: true},
		"a writer that leaves rings the gate":              {noRing: true},
		"so does one that gives a dead writer's back":      {noRingBack: true},
		"the readers get their turn":                       {noTurn: true},
		"a writer waits for the end of the turn":           {robTurn: true},
		"the unlocker looks whether the turn is over":      {noEndUnlock: true},
		"the last reader ends the turn":                    {noEndReader: true},
		"and wakes a writer":                               {noWakeEnd: true},
		"marks of the dead do not count":                   {deadMarks: true},
		"read locks of the dead do not count":              {deadReaders: true},
		"a dead writer's word is given back as it was":     {giveBackFree: true},
		"the bell is armed before the look":                {armLate: true},
		"a death makes those who looked before look again": {noStale: true},
		"who gives up takes its mark back":                 {keepMark: true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, m := range rwConfigurations(r, false) {
				if _, err := m.explore(); err != nil {
					return
				}
			}
			t.Error("nothing goes wrong without it")
		})
	}
}
