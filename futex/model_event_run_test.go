package futex

import (
	"os"
	"testing"
)

// eventConfigurations are what is explored: waiters of one process and of two, a
// setter that clears at once, two setters that race. The long ones take minutes.
func eventConfigurations(r eventRules, long bool) []eventModel {
	list := []eventModel{
		{rules: r, waiters: [evWaiters]int{0, 0, -1}, setters: [evSetters]int{1, 2}, ops: [evSetters]string{"scs", ""}, cancels: 1},
		{rules: r, waiters: [evWaiters]int{0, 1, -1}, setters: [evSetters]int{2, 3}, ops: [evSetters]string{"sc", "s"}, kills: 1},
		{rules: r, waiters: [evWaiters]int{0, 0, 0}, setters: [evSetters]int{1, 2}, ops: [evSetters]string{"sc", ""}, kills: 1},
	}
	if long {
		list = append(list,
			eventModel{rules: r, waiters: [evWaiters]int{0, 0, 1}, setters: [evSetters]int{2, 3}, ops: [evSetters]string{"sc", "sc"}, kills: 1, cancels: 1},
			eventModel{rules: r, waiters: [evWaiters]int{0, 0, 1}, setters: [evSetters]int{2, 3}, ops: [evSetters]string{"scs", ""}, kills: 2, cancels: 1})
	}
	return list
}

func TestEventModel(t *testing.T) {
	for _, m := range eventConfigurations(eventRules{}, os.Getenv("SHMENGINE_STRESS") != "") {
		n, err := m.explore()
		if err != nil {
			t.Errorf("%+v: %v", m, err)
		}
		t.Logf("waiters of %v, setters do %q, %d kills, %d cancellations: %d states", m.waiters, m.ops, m.kills, m.cancels, n)
	}
}

func TestEventModelNeedsEveryRule(t *testing.T) {
	for name, r := range map[string]eventRules{
		"a generation":                            {noGeneration: true},
		"W is set before sleeping":                {noSleepW: true},
		"the kernel compares the word":            {noCompare: true},
		"those behind the first compare the word": {noLineCompare: true},
		"the first of a line calls the next":      {noNext: true},
		"a death nudges":                          {noNudge: true},
		"Set wakes all":                           {wakeOne: true},
		"Set is a compare-and-swap":               {blindSet: true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, m := range eventConfigurations(r, false) {
				if _, err := m.explore(); err != nil {
					return
				}
			}
			t.Error("nothing goes wrong without it")
		})
	}
}
