package lock

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/shmengine/shmengine/bench/report"
)

// patience is how much longer than it should a measurement may take.
const patience = 30 * time.Second

var errHang = fmt.Errorf("a worker has not answered for %v", patience)

// A sample is one measurement of one system.
type sample struct {
	ops   uint64  // of all parties
	share float64 // the least party's, of what would be fair
	took  float64 // seconds, from the first one's begin to the last one's end
	waits *waits  // nil where they are not recorded
	rss   float64 // bytes, of the last owner that was killed
}

// A task is one measurement to do.
type task struct {
	contest
	system string
	ops    uint64        // to do; 0: as many as the window allows
	window time.Duration // 0: as long as it takes
	cpus   []int
}

// runIn is how long the workers compute before they begin.
func (t task) runIn() time.Duration {
	if t.kind == kindContend {
		return runIn
	}
	return 0
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
	if t.kind == kindDeath {
		return k.deaths(ctx, t)
	}
	limited, cancel := context.WithTimeoutCause(ctx, t.window+patience, errHang)
	defer cancel()
	if _, err := k.members[0].ask(limited, "ok", "set %s %s %d", t.kind, t.system, t.parties); err != nil {
		return nil, err
	}
	if err := k.work(limited, t); err != nil {
		return nil, err
	}
	return k.sample(limited, t)
}

// work has the workers do a task.
func (k *crew) work(ctx context.Context, t task) error {
	team, b := k.team(t.parties), k.board
	b.stop.Store(0)
	b.asleep.Store(0)
	b.last.Store(0)
	k.seq++
	if t.parties == 1 {
		b.start.Store(k.seq) // it waits for nobody, and makes no system call for it
	}
	for i, m := range team {
		if _, err := m.ask(ctx, "ready", "run %s %s %d %d %s %d %d", t.kind, t.system, i, t.parties, t.on(i, k.single), t.ops, k.seq); err != nil {
			return err
		}
	}
	b.start.Store(k.seq)
	if t.window > 0 {
		pause(ctx, t.window+t.runIn())
		b.stop.Store(1)
	}
	var errs []error
	for _, m := range team {
		_, err := m.hear(ctx, "done")
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// team returns the workers that are some parties.
func (k *crew) team(parties int) []*member {
	if k.single {
		parties = 1
	}
	return k.members[:parties]
}

// pause waits, unless the context ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// sample reads what the workers did.
func (k *crew) sample(ctx context.Context, t task) (*sample, error) {
	s := &sample{}
	slots := k.board.slot[:t.parties]
	begin, end, least := slots[0].begin, uint64(0), slots[0].ops
	for i := range slots {
		w := &slots[i]
		s.ops += w.ops
		begin, end, least = min(begin, w.begin), max(end, w.end), min(least, w.ops)
	}
	s.took = float64(end-begin) / 1e9
	if s.ops > 0 {
		s.share = float64(least) * float64(t.parties) / float64(s.ops)
	}
	switch t.kind {
	case kindRounds, kindWake: // all parties do each of them together
		s.ops = slots[0].ops
	}
	if err := s.addWaits(t, slots); err != nil {
		return nil, fmt.Errorf("%w: %s: %s: %w", report.ErrWrong, t.name, t.system, err)
	}
	if err := k.verify(ctx, t, s); err != nil {
		return nil, err
	}
	return s, nil
}

// addWaits takes the waits that the workers recorded, where they do.
func (s *sample) addWaits(t task, slots []slot) error {
	switch t.kind {
	case kindTimed:
	case kindWake:
		slots = slots[1:] // the sleeper
	default:
		return nil
	}
	s.waits = newWaits()
	for i := range slots {
		if err := s.waits.addSlot(&slots[i]); err != nil {
			return err
		}
	}
	return nil
}

// verify compares the operations that were done with what must have come of
// them: every pair of a lock has counted once under it, and of every round of a
// barrier one party was told that it is the one.
func (k *crew) verify(ctx context.Context, t task, s *sample) error {
	slots := k.board.slot[:t.parties]
	got := s.ops
	switch t.kind {
	case kindWake: // a wait was recorded for each wake: addWaits has looked
	case kindRounds:
		got = 0
		for i := range slots {
			got += slots[i].serial
			if slots[i].ops != s.ops {
				return t.check(s.ops, slots[i].ops)
			}
		}
	default:
		rest, err := k.members[0].ask(ctx, "count", "count")
		if err != nil {
			return err
		}
		if _, err := fmt.Sscan(rest, &got); err != nil {
			return fmt.Errorf("worker: %q operations", rest)
		}
	}
	return t.check(s.ops, got)
}

// check is the end of verify.
func (t task) check(want, got uint64) error {
	if want == 0 || got != want {
		return fmt.Errorf("%w: %s: %s: %d operations were done and %d counted", report.ErrWrong, t.name, t.system, want, got)
	}
	return nil
}
