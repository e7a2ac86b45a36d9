package ringbuf

import (
	"fmt"
	"os"
	"testing"

	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// steppedMany does one operation in a region that is stepped through. The ring has capacity 4 and
// values 0 and 1 of a process that lives; dead ones have left value 2 as a gap and, in the cases
// of repair, value 0 taken.
var steppedMany = reexec.Register("steppedMany", func(c *reexec.Child) {
	_, r, m := visit(c)
	fast := plainStores && c.Args[3] == "plain" && registerBarrier()
	if fast {
		goPlain(r.plainPush)
		goPlain(r.plainPop)
	}
	if c.Args[2] == "seat" {
		stepkill.Region(c, func() { _, _ = r.Sender(m); _, _ = r.Receiver(m) })
		return
	}
	s, err := r.Sender(m)
	check(c, err)
	rc, err := r.Receiver(m)
	check(c, err)
	s.fast, rc.fast = fast, fast
	two := []message{messageOf(10), messageOf(11)}
	steps := map[string]func(){
		"push":      func() { _ = s.TryPush(two[0]) },
		"pushBatch": func() { _, _ = s.TryPushBatch(two) },
		"pop":       func() { _ = rc.TryPop(&two[0]) },
		"popBatch":  func() { _, _ = rc.TryPopBatch(two) },
		"take":      func() { _ = rc.TryTake(&two[0]); rc.Done() },
		"repair":    func() { r.Repair(m) },
		"close":     func() { _ = r.Close() },
		"drop":      func() { _ = s.TryPush(two[0]) },
	}
	stepkill.Region(c, steps[c.Args[2]])
})

// TestMPMCKilledAtEachInstruction: after each instruction of an operation, what a killed process
// leaves is repaired, and the rest comes whole and in order. They are killed after every one that a survivor can
// tell from the one before: by what is in the memory, in the long run by all that is left.
func TestMPMCKilledAtEachInstruction(t *testing.T) {
	for _, c := range []stepCase{
		{"push", "plain", false, true}, {"pop", "plain", false, true}, {"push", "fenced", true, false}, {"pop", "fenced", true, false},
		{"pushBatch", "plain", false, false}, {"popBatch", "plain", false, false}, {"take", "fenced", false, false},
		{"repair", "fenced", false, false}, {"seat", "fenced", false, false}, {"close", "fenced", false, false}, {"drop", "plain", false, false},
	} {
		t.Run(fmt.Sprint(c.op, "/", c.mode, "/parked=", c.parked), func(t *testing.T) {
			o := Options{Capacity: 4}
			if c.op == "drop" {
				o.Overflow = DropOldest
			}
			p := newPlaza(t, o, 1, 0)
			m := p.join(t)
			cfg := stepkill.Config{
				Child: steppedMany, Args: []string{"4", "1", c.op, c.mode}, Files: []*os.File{p.file},
				Prepare: func() { c.prepareMany(t, p, o, m) },
				Verify: func(at stepkill.Point) error {
					if _, err := m.Reap(); err != nil {
						return err
					}
					return surviveMany(p, o, m, c.op, at)
				},
			}
			if cfg.File = p.file; !stress {
				cfg.File, cfg.Watch = nil, p.region
			}
			t.Logf("%d kills", stepkill.Run(t, cfg))
		})
	}
}

// nobody is an id that no process has any more.
const nobody = 1<<20 | 1<<19

// prepareMany makes a ring whose sequence numbers wrap within it.
func (c stepCase) prepareMany(t *testing.T, p *plaza, o Options, m *member.Member) {
	r := must[*MPMC[message]](t)(newMPMC[message](p.ring(), o, 1<<64-3))
	s := must[*Sender[message]](t)(r.Sender(m))
	must[int](t)(s.TryPushBatch([]message{messageOf(0), messageOf(1)}))
	switch c.op {
	case "drop":
		must[int](t)(s.TryPushBatch([]message{messageOf(2), messageOf(3)}))
	case "repair":
		r.senders[5].Store(nobody)
		r.cells.at(1<<64 - 3).stamp.Store(r.lap(1<<64-3) | cellTaken | nobody)
		r.cells.at(1<<64 - 1).stamp.Store(r.lap(1<<64-1) | cellClaimed | nobody)
	}
	s.Release()
	if c.parked {
		r.toSenders.Or(parked)
		r.toReceivers.Or(parked)
	}
}

// surviveMany drains the ring after a kill: each value comes whole, once and in order, but that a
// push or a pop that did not get to its end may count or not.
func surviveMany(p *plaza, o Options, m *member.Member, op string, at stepkill.Point) error {
	r, err := AttachMPMC[message](p.ring(), o)
	if err != nil {
		return err
	}
	r.Repair(m)
	if r.Repair(m) {
		return fmt.Errorf("there was something to repair twice")
	}
	c, err := r.Receiver(m)
	if err != nil {
		return err
	}
	var got []uint64
	var v message
	for err == nil {
		if err = c.TryPop(&v); err == nil {
			if v != messageOf(v[0]) {
				return fmt.Errorf("torn: %v", v)
			}
			got = append(got, v[0])
		}
	}
	if end := map[bool]error{false: ErrEmpty, true: ErrClosed}[op == "close" && at.End]; err != end && !(op == "close" && err == ErrClosed) {
		return fmt.Errorf("drained with %w", err)
	}
	if !allowed(op, got, at.End) {
		return fmt.Errorf("delivered %v", got)
	}
	if op == "close" {
		return nil
	}
	s, err := r.Sender(m)
	if err != nil {
		return err
	}
	return fits(r, s, c)
}

// allowed says whether what was delivered after a kill is right.
func allowed(op string, got []uint64, end bool) bool {
	before := map[string][][]uint64{ // with nothing of the operation, or some of it
		"push": {{0, 1}}, "pushBatch": {{0, 1}, {0, 1, 10}}, "pop": {{0, 1}}, "take": {{0, 1}}, "popBatch": {{0, 1}, {1}},
		"repair": {{0, 1}, {1, 0}}, "seat": {{0, 1}}, "close": {{0, 1}}, "drop": {{0, 1, 2, 3}, {1, 2, 3}},
	}[op]
	after := map[string][]uint64{
		"push": {0, 1, 10}, "pushBatch": {0, 1, 10, 11}, "pop": {1}, "take": {1}, "popBatch": {}, "drop": {1, 2, 3, 10},
	}[op]
	if after != nil && fmt.Sprint(got) == fmt.Sprint(after) {
		return true
	}
	for _, b := range before {
		if fmt.Sprint(got) == fmt.Sprint(b) {
			return !end || after == nil
		}
	}
	return false
}

// fits says whether the empty ring has all its capacity.
func fits(r *MPMC[message], s *Sender[message], c *Receiver[message]) error {
	for lap := range uint64(2) {
		for i := range r.size {
			if err := s.TryPush(messageOf(i)); err != nil {
				return fmt.Errorf("lap %d: push %d: %w, Len %d", lap, i, err, r.Len())
			}
		}
		if err := s.TryPush(messageOf(0)); r.mode == Block && err != ErrFull {
			return fmt.Errorf("lap %d: push to a full ring: %w", lap, err)
		}
		if r.Len() != r.Cap() {
			return fmt.Errorf("lap %d: Len %d, Cap %d", lap, r.Len(), r.Cap())
		}
		for range r.size {
			if err := c.TryPop(new(message)); err != nil {
				return fmt.Errorf("lap %d: pop: %w", lap, err)
			}
		}
		if err := c.TryPop(new(message)); err != ErrEmpty {
			return fmt.Errorf("lap %d: one more: %w", lap, err)
		}
	}
	return nil
}
