package ring

import (
	"fmt"
	"slices"
	"time"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
	"github.com/shmengine/shmengine/internal/spin"
)

// In an open loop messages are sent when a schedule says so, whatever became of those before, and their
// times count from then: one that waits behind a slow one has waited. (A closed loop, which sends when the
// last one is there, leaves these waits out; G. Tene calls that coordinated omission.)

// A plan is the schedule of a window.
type plan struct {
	begin uint64 // on the monotonic clock
	rate  uint64 // messages a second
	count uint64
}

// planOf is the schedule of a window.
//
// Preconditions: there are less than 2^64 ns * messages in it.
func planOf(begin, window, rate uint64) plan {
	return plan{begin, rate, max(1, window*rate/uint64(time.Second))}
}

// due is when a message is to be sent.
func (p plan) due(i uint64) uint64 { return p.begin + i*uint64(time.Second)/p.rate }

// rates are how many messages are sent each second, by case.
var rates = map[string]uint64{"openloop/64B/100k": 100e3, "openloop/64B/1M": 1e6}

// rate is that of an open loop; 0 for any other case.
func (c contest) rate() uint64 { return rates[c.name] }

// planned is how many messages an open loop is to send.
func (t task) planned() uint64 {
	if t.kind != kindOpen {
		return 0
	}
	return planOf(0, uint64(t.window), t.rate()).count
}

// stretch is how many windows a system may take for the messages of one. What was not sent then
// has waited until then, at least.
const stretch = 4

// sendOnTime sends the messages of the plan, each when it is due or as soon as it can.
func (p *party) sendOnTime() error {
	p.started = p.plan.begin
	for i := range p.plan.count {
		now := p.await(p.plan.due(i))
		late := now >= p.waiter.limit
		if err := p.put(i, 1, late || i == p.plan.count-1); err != nil {
			return err
		}
		if late {
			return p.giveUp(i+1, now)
		}
	}
	return nil
}

// await waits for a time, and returns what it is then.
func (p *party) await(at uint64) uint64 {
	for {
		now := p.clock.Now()
		if now >= at {
			return now
		}
		spin.Pause(1)
		spin.Checkpoint()
	}
}

// giveUp counts the messages from one on, which are not sent any more.
func (p *party) giveUp(from, now uint64) error {
	for i := from; i < p.plan.count; i++ {
		if err := p.record(now - p.plan.due(i)); err != nil {
			return err
		}
	}
	return nil
}

// receiveOnTime notes how long after it was due each message is there.
func (p *party) receiveOnTime() error {
	p.started = p.plan.begin
	for i := uint64(0); ; i++ {
		last, err := p.get(1)
		if err != nil {
			return err
		}
		now := p.clock.Now()
		if err := p.record(now - min(now, p.plan.due(i))); err != nil || last { // clocks differ a little
			return err
		}
	}
}

func (p *party) record(ns uint64) error {
	return p.trips.RecordValue(int64(min(max(ns, 1), uint64(longest))))
}

// sustained is the share of the rate from which on it counts as kept.
const sustained = 0.99

// openFigures are the figures of an open loop. Of the longest time of each round the longest of all is told:
// a median of them would hide it.
func (c contest) openFigures(k *suite.Contest[*sample], all suite.Rounds[*sample]) []report.Measurement {
	ms := c.reading().Medians(k, all, c.metrics(), switches, worst, rateShare)
	for i := range ms {
		if m := &ms[i]; m.Metric == worst {
			m.Value = slices.Max(c.reading().Series(all[m.System], worst))
			m.Lo, m.Hi = nil, nil
		}
	}
	return ms
}

// unsustained says which systems did not keep the rate of a case.
func unsustained(cases []report.Case) (notes []string) {
	for _, c := range cases {
		for _, m := range c.Figures {
			if m.Metric != rateShare || m.Value >= sustained {
				continue
			}
			got, _ := c.Figure(m.System, msgsPerS)
			notes = append(notes, fmt.Sprintf("%s: %s did not keep the rate: %s messages a second, %s of what was to be sent; its times are those of a backlog",
				c.Name, m.System, report.Count(got.Value), report.Percent(m.Value)))
		}
	}
	return notes
}
