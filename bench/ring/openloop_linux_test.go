package ring

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/shmengine/shmengine/bench/clock"
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

func TestPlan(t *testing.T) {
	p := planOf(1000, uint64(42*time.Millisecond), 1e6)
	if p.count != 42000 || p.due(0) != 1000 || p.due(1) != 2000 || p.due(41999) != 42*1e6 {
		t.Errorf("%+v: %d, %d", p, p.due(1), p.due(41999))
	}
	if p := planOf(0, 1, 100e3); p.count != 1 {
		t.Errorf("a window that is too short for a message has %d", p.count)
	}
	// The longest window that the options allow, at the highest rate.
	long := uint64((Options{Seconds: report.MaxSeconds}).Window(defaultWindow))
	if p := planOf(0, long, 1e6); p.count != long/1000 || p.due(p.count-1) != (p.count-1)*1000 {
		t.Errorf("a window of %d ns: %+v", long, p)
	}
}

// still is a link that takes and gives messages at once.
type still struct {
	ledger
	puts  int
	marks int
	gets  int // that there are
}

func (k *still) put(first uint64, n int, last bool) error {
	k.puts++
	if last {
		k.marks++
	}
	return nil
}

func (k *still) get(int) (last bool, err error) {
	k.gets--
	return k.gets == 0, nil
}

func (k *still) book() *ledger { return &k.ledger }

// onPlan is a party of an open loop of a thousand messages that began a while ago.
func onPlan(k link, ago time.Duration) *party {
	c := clock.New()
	p := &party{job: &job{kind: kindOpen}, link: k, waiter: waiter{clock: &c}, trips: hdrhistogram.New(1, longest, 3)}
	p.plan = planOf(c.Now()-uint64(ago), uint64(time.Millisecond), 1e6)
	p.waiter.limit = p.plan.begin + uint64(time.Hour)
	return p
}

// Times count from the plan: messages that come at once, but late, were late.
func TestTimesAreThoseOfThePlan(t *testing.T) {
	const late = 50 * time.Millisecond
	p := onPlan(&still{gets: 1000}, late)
	if err := p.receiveOnTime(); err != nil || p.trips.TotalCount() != 1000 || p.started != p.plan.begin {
		t.Fatalf("%d times, from %d on, which should be %d: %v", p.trips.TotalCount(), p.started, p.plan.begin, err)
	}
	if least := late - time.Millisecond; p.trips.Min() < int64(least)*999/1000 {
		t.Errorf("a message that was at least %v late has taken %d ns", least, p.trips.Min())
	}
}

// No message is sent before it is due, and the last one has the mark.
func TestSenderKeepsThePlan(t *testing.T) {
	k := &still{}
	p := onPlan(k, 0)
	if err := p.sendOnTime(); err != nil || k.puts != 1000 || k.marks != 1 || p.trips.TotalCount() != 0 {
		t.Errorf("%+v, %d times, %v", k, p.trips.TotalCount(), err)
	}
	if end := p.plan.due(999); p.clock.Now() < end {
		t.Errorf("the last message was sent before %d", end)
	}
}

// A sender that is too late sends the message it is at, as the last one, and says how long the others
// have waited.
func TestSenderGivesUp(t *testing.T) {
	k := &still{}
	p := onPlan(k, time.Second)
	p.waiter.limit = p.clock.Now()
	if err := p.sendOnTime(); err != nil || k.puts != 1 || k.marks != 1 {
		t.Fatalf("%+v: %v", k, err)
	}
	if n, least := p.trips.TotalCount(), p.trips.Min(); n != 999 || least < int64(998*time.Millisecond) {
		t.Errorf("%d messages have waited %d ns or more", n, least)
	}
}

// Of each round's longest time the longest is told, without an interval; other figures are medians.
func TestOpenFigures(t *testing.T) {
	c := chosen("openloop/64B/1M", []string{SPSC, Pipe})[0]
	all := suite.Rounds[*sample]{}
	for round, longest := range []int64{10, 5000, 20} {
		for _, system := range c.systems {
			s := sampleOf(c)
			_ = s.trips.RecordValue(longest)
			s.msgs, s.took = uint64(1e6), float64(1+round)
			all[system] = append(all[system], s)
		}
	}
	k := suite.Contest[*sample]{Case: report.Case{Name: c.name, Baseline: c.baseline()}, Systems: c.systems}
	k.Figures = c.openFigures
	k.Case.Figures = c.openFigures(&k, all)
	m, _ := k.Figure(SPSC, worst)
	if m.Value < 5000 || m.Value > 5010 || m.Lo != nil || m.Hi != nil || m.Ratio != nil || m.N != 3 {
		t.Errorf("the longest time: %+v", m)
	}
	if m, _ := k.Figure(SPSC, rateShare); m.Value != 0.5 {
		t.Errorf("the median share: %+v", m)
	}
	notes := unsustained([]report.Case{k.Case})
	if len(notes) != 2 || !strings.Contains(notes[0], "openloop/64B/1M: spsc did not keep the rate: 500 k messages a second, 50.0 %") {
		t.Errorf("%q", notes)
	}
}

// A rate that nothing can keep is told as such, and all messages of the plan have a time.
func TestRateThatCannotBeKept(t *testing.T) {
	needAll(t)
	const name = "openloop/64B/1M"
	defer func(old uint64) { rates[name] = old }(rates[name])
	rates[name] = 1e9
	r, err := Run(t.Context(), Options{Case: name, Systems: []string{SPSC, Channel}, Reps: 1, Seconds: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	for _, system := range []string{SPSC, Channel} {
		share, _ := r.Cases[0].Figure(system, rateShare)
		if share.Value <= 0 || share.Value >= 0.5 {
			t.Errorf("%s: %v of a rate of 10^9 a second", system, share.Value)
		}
		said := func(note string) bool { return strings.Contains(note, system+" did not keep the rate") }
		if !slices.ContainsFunc(r.Notes, said) {
			t.Errorf("nothing is said of %s: %q", system, r.Notes)
		}
	}
}
