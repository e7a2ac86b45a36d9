package alloc

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/shmengine/shmengine/bench/clock"
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/worker"
)

const (
	// patience is how much longer than it should a measurement may take.
	patience = 30 * time.Second
	// lead is how long before the begin of a window its workers hear of it.
	lead = 2 * time.Millisecond
)

var errHang = fmt.Errorf("a worker has not answered for %v", patience)

// A crew is the workers of one program.
type crew struct {
	members []*worker.Talker
	single  bool // one process is all parties
	clock   clock.Clock
}

// A task is one measurement to do.
type task struct {
	contest
	system string
	window time.Duration
	cpus   []int
}

// A tally is what one party did.
type tally struct {
	ops        uint64
	sum        uint64 // of all numbers that it read
	begin, end uint64 // on the monotonic clock
}

// A sample is one measurement of one system.
type sample struct {
	ops     uint64  // of all parties
	took    float64 // seconds, from the first one's begin to the last one's end
	parties []tally
}

// on returns the CPUs of one party. A single process that is all parties has
// all of their CPUs.
func (t task) on(i int, single bool) string {
	if !single {
		return strconv.Itoa(t.cpus[i%len(t.cpus)])
	}
	var words []string
	for _, cpu := range t.cpus[:min(t.parties, len(t.cpus))] {
		words = append(words, strconv.Itoa(cpu))
	}
	return strings.Join(words, ",")
}

// measure does one measurement and checks what came of it.
func (k *crew) measure(ctx context.Context, t task) (*sample, error) {
	limited, cancel := context.WithTimeoutCause(ctx, t.window+patience, errHang)
	defer cancel()
	team := k.members[:1]
	if !k.single {
		team = k.members[:t.parties]
	}
	for i, m := range team {
		if _, err := m.Ask(limited, "ready", "run %s %s %d %d %s %d", t.kind, t.system, i, t.parties, t.on(i, k.single), t.bytes); err != nil {
			return nil, err
		}
	}
	if err := worker.Window(team, k.clock.Now()+uint64(lead), t.window); err != nil {
		return nil, err
	}
	s, err := k.hear(limited, team, t.parties)
	if err != nil {
		return nil, err
	}
	return s, s.check(t.contest)
}

// hear reads what the workers did.
func (k *crew) hear(ctx context.Context, team []*worker.Talker, parties int) (*sample, error) {
	s := &sample{}
	var errs []error
	for i := range parties {
		m := team[i%len(team)]
		rest, err := m.Hear(ctx, "done")
		var p tally
		if err == nil {
			if _, err = fmt.Sscan(rest, &p.ops, &p.sum, &p.begin, &p.end); err != nil {
				err = fmt.Errorf("worker process %v: %q", m.Child, rest)
			}
		}
		if err != nil && k.single { // it says one error for all
			return nil, err
		}
		errs = append(errs, err)
		s.parties = append(s.parties, p)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	s.add()
	return s, nil
}

// add counts what all parties did.
func (s *sample) add() {
	begin, end := s.parties[0].begin, uint64(0)
	for _, p := range s.parties {
		s.ops += p.ops
		begin, end = min(begin, p.begin), max(end, p.end)
	}
	s.took = float64(end-begin) / 1e9
}

// check compares the sum of what was read with what must have been.
func (s *sample) check(c contest) error {
	if c.kind == kindCross { // the first party made the blocks, the second read them
		maker, reader := s.parties[0], s.parties[1]
		if maker.ops != reader.ops {
			return fmt.Errorf("%w: %s: %d blocks were made and %d freed", report.ErrWrong, c.name, maker.ops, reader.ops)
		}
		s.ops = reader.ops
	}
	for i, p := range s.parties {
		if c.kind == kindCross && i == 0 {
			continue
		}
		want := c.sum(i, p.ops)
		if p.ops == 0 || p.sum != want || p.end <= p.begin {
			return fmt.Errorf("%w: %s: party %d did %d operations in %d ns and read numbers with the sum %d, not %d",
				report.ErrWrong, c.name, i, p.ops, int64(p.end-p.begin), p.sum, want)
		}
	}
	return nil
}

// number is what block i of a party has in its first and its last word.
func number(party int, i uint64) uint64 { return uint64(party+1)<<48 + i }

// keys are the keys of one party: its half of them, each once in no order, and then
// again. A party that is alone has a half as well, so that one of two has as much to
// keep in its caches as one alone.
type keys struct{ share, party uint64 }

// keysOf returns a party's half.
func keysOf(party int) keys { return keys{mapKeys / 2, uint64(party)} }

// at is the key of operation i. The share is a power of two, which an odd factor
// passes through.
func (k keys) at(i uint64) uint64 {
	const odd = 0x9E3779B1
	return (i*odd&(k.share-1))*2 + k.party
}

// valueOf is the value of a key after it was set for the n-th time; 0 is what a map
// begins with.
func valueOf(key, n uint64) uint64 { return key*31 + n<<32 + 7 }

// sum is what a party has read after so many operations.
func (c contest) sum(party int, ops uint64) (sum uint64) {
	k := keysOf(party)
	switch c.kind {
	case kindCross: // what the other one wrote
		return ops*number(0, 0) + ops*(ops-1)/2
	case kindGet:
		for i := range ops {
			sum += valueOf(k.at(i), 0)
		}
		return sum
	case kindSet: // all keys of its share, read back
		for i := range k.share {
			n := uint64(0)
			if i < ops {
				n = (ops-1-i)/k.share + 1
			}
			sum += valueOf(k.at(i), n)
		}
		return sum
	case kindAttach: // the same segment each time
		return ops * number(0, 0)
	}
	return ops*number(party, 0) + ops*(ops-1)/2
}
