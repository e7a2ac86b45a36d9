package ring

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/worker"
)

const (
	// patience is how much longer than it should a measurement may take.
	patience = 30 * time.Second
	// lead is how long before the begin of a window its workers hear of it.
	lead = 2 * time.Millisecond
	// runIn is how much earlier those of long messages do. They are busy until then: the monitor
	// thread of Go's runtime, on the same pinned CPU, looks every 20 us until it has found nothing
	// to do for a while, in a process that has just woken up, and then hardly ever.
	runIn = 10 * time.Millisecond
)

var errHang = fmt.Errorf("a worker has not answered for %v", patience)

// A task is one measurement to do.
type task struct {
	contest
	system string
	window time.Duration
	cpus   []int
}

// A tally is what one party did.
type tally struct {
	count      uint64 // messages that it sent or received
	sum        uint64 // of words in them
	begin, end uint64 // on the monotonic clock
	spent      uint64 // in what is timed, where that is not all
	forced     int64  // involuntary switches
}

// A sample is one measurement of one system.
type sample struct {
	msgs    uint64  // that were received, or published
	took    float64 // seconds
	forced  int64
	trips   *hdrhistogram.Histogram
	parties []tally
	planned uint64 // messages of an open loop
}

// lead is how long before its window the workers hear of a task.
func (t task) lead() time.Duration {
	if t.bytes > line {
		return lead + runIn
	}
	return lead
}

// on returns the CPUs of one party. Of four one sender and one receiver are on each; a
// single process that is all parties has both.
func (t task) on(i int, single bool) string {
	if single {
		var all []string
		for _, cpu := range t.cpus {
			all = append(all, strconv.Itoa(cpu))
		}
		return strings.Join(all, ",")
	}
	if t.senders > 1 && i >= 2 {
		i++
	}
	if t.system == PipeWarm {
		i = 0
	}
	return strconv.Itoa(t.cpus[i%len(t.cpus)])
}

// measure does one measurement and checks what came of it.
func (k *crew) measure(ctx context.Context, t task) (*sample, error) {
	limited, cancel := context.WithTimeoutCause(ctx, t.window+patience, errHang)
	defer cancel()
	team := k.members[:1]
	if !k.single {
		team = k.members[:t.parties()]
	}
	for i, m := range team { // in turn: the first one makes the ring
		_, err := m.Ask(limited, "ready", "run %s %s %d %d %d %s %d %d %s %d",
			t.kind, t.system, i, t.senders, t.receivers, t.on(i, k.single), t.bytes, t.batch, k.where, t.rate())
		if err != nil {
			return nil, err
		}
	}
	if err := worker.Window(team, k.clock.Now()+uint64(t.lead()), t.window); err != nil {
		return nil, err
	}
	s, err := k.hear(limited, team, t.parties())
	if err != nil {
		return nil, err
	}
	s.planned = t.planned()
	s.add(t.contest)
	return s, s.check(t.contest)
}

// hear reads what the workers did.
func (k *crew) hear(ctx context.Context, team []*worker.Talker, parties int) (*sample, error) {
	s := &sample{trips: hdrhistogram.New(1, longest, 3)}
	var errs []error
	for i := range parties {
		m := team[i%len(team)]
		rest, err := m.Hear(ctx, "done")
		var p tally
		if err == nil {
			if p, err = s.parse(rest); err != nil {
				err = fmt.Errorf("worker process %v: %w", m.Child, err)
			}
		}
		if err != nil && k.single { // it says one error for all
			return nil, err
		}
		errs = append(errs, err)
		s.parties = append(s.parties, p)
	}
	return s, errors.Join(errs...)
}

// parse reads the line of one party, and adds its trips to the sample's.
func (s *sample) parse(text string) (p tally, err error) {
	words := strings.Fields(text)
	if len(words) < 6 {
		return p, fmt.Errorf("%q", text)
	}
	if _, err := fmt.Sscan(strings.Join(words[:6], " "), &p.count, &p.sum, &p.begin, &p.end, &p.spent, &p.forced); err != nil {
		return p, fmt.Errorf("%q: %w", text, err)
	}
	for _, w := range words[6:] {
		at, n, _ := strings.Cut(w, ":")
		ns, err1 := strconv.ParseInt(at, 10, 64)
		count, err2 := strconv.ParseInt(n, 10, 64)
		if err := errors.Join(err1, err2); err != nil {
			return p, fmt.Errorf("%q: %w", w, err)
		}
		if err := s.trips.RecordValues(min(max(ns, 1), longest), count); err != nil {
			return p, err
		}
	}
	return p, nil
}

// add works out what all parties together did.
func (s *sample) add(c contest) {
	begin, end := s.parties[0].begin, uint64(0)
	for i, p := range s.parties {
		if c.sends(i) {
			s.msgs += p.count
		}
		begin, end = min(begin, p.begin), max(end, p.end)
		s.forced += p.forced
	}
	s.took = float64(end-begin) / 1e9
	if c.kind == kindBacklog {
		s.took = float64(s.parties[1].spent) / 1e9
	}
}

// sends reports whether a party sends: the first, or every second of four.
func (c contest) sends(i int) bool { return i == 0 || c.senders > 1 && i%2 == 0 }

// check compares what was received with what was sent.
func (s *sample) check(c contest) error {
	var in, out, inSum, outSum uint64
	for i, p := range s.parties {
		switch {
		case c.sends(i):
			out, outSum = out+p.count, outSum+p.sum
		case c.isBroadcast() && i > 1: // each receives all: see the first one
			if p.count != s.parties[1].count || p.sum != s.parties[1].sum {
				return fmt.Errorf("%w: %s: one subscriber received %d messages with the sum %d, another %d with %d",
					report.ErrWrong, c.name, s.parties[1].count, s.parties[1].sum, p.count, p.sum)
			}
		default:
			in, inSum = in+p.count, inSum+p.sum
		}
	}
	if in != out || inSum != outSum || in == 0 || !(s.took > 0) {
		return fmt.Errorf("%w: %s: %d messages with the sum %d were sent, and %d with %d received, in %g s",
			report.ErrWrong, c.name, out, outSum, in, inSum, s.took)
	}
	if n := s.trips.TotalCount(); c.kind == kindTrip && uint64(n)*2 != out {
		return fmt.Errorf("%w: %s: %d trips were timed, of %d messages there and back", report.ErrWrong, c.name, n, out)
	}
	if n := s.trips.TotalCount(); c.kind == kindOpen && uint64(n) != s.planned {
		return fmt.Errorf("%w: %s: %d times were noted, of %d messages that were to be sent", report.ErrWrong, c.name, n, s.planned)
	}
	return nil
}
