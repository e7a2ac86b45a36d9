package shmarena

import (
	"errors"
	"os"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// Two members do things at once, each of which is safe because one of the two looks again after it has said what
// it does. One of them is a child, which stands still between two of its instructions while the other one does all
// of its own: in turn between any two.

// meeting is what the two do. The block "x" is the test's, of elements many.
type meeting struct {
	elements  int
	in        []string // the functions between whose instructions; in the long run all
	prepare   func(t *testing.T, r *meetingRig)
	warm      func(c *smallChild) error
	step      func(c *smallChild) error
	meanwhile func(r *meetingRig) error
	verify    func(r *meetingRig) error // while what the child holds is still there
}

var meetings = map[string]meeting{
	// The owner of a span claims a block in it, and another one takes the span away.
	"claim, release": {
		elements: 5, in: []string{"(*heap).claimNext"}, warm: allocFree(pageBlocks), step: claims,
		meanwhile: (*meetingRig).releaseAll, verify: (*meetingRig).noneInNothing,
	},
	// A span is taken away, and its owner claims a block in it.
	"release, claim": {
		elements: 5, in: []string{"(*heap).tryRelease", "(*heap).judge", "(*heap).claim"},
		prepare:   func(t *testing.T, r *meetingRig) { mustFree(t, mustAlloc[uint64](t, r.a, pageBlocks)) },
		warm:      nothing,
		step:      func(c *smallChild) error { return (&meetingRig{a: c.a}).releaseAll() },
		meanwhile: func(r *meetingRig) error { return claims(&smallChild{a: r.a}) },
		verify:    (*meetingRig).noneInNothing,
	},
	// The owner believes a span full, and another one frees a block of it.
	"leave, free": {
		elements: 5, in: []string{"(*heap).leave"},
		warm: func(c *smallChild) error {
			y, err := fillSpan(c.a)
			return errors.Join(err, c.a.Publish("y", y))
		},
		step:      func(c *smallChild) error { return leaves(c.a) },
		meanwhile: func(r *meetingRig) error { return r.freeNamed("y") },
		verify:    (*meetingRig).noHintIsLost,
	},
	// A block is freed, and the owner of its span believes that full.
	"free, leave": {
		elements: 5, in: []string{"(*heap).hint", "(*heap).announce"},
		prepare: func(t *testing.T, r *meetingRig) {
			y, err := fillSpan(r.a)
			ok(t, errors.Join(err, r.a.Publish("y", y)))
		},
		warm:      func(c *smallChild) (err error) { c.y, err = Lookup[uint64](c.a, "y"); return err },
		step:      func(c *smallChild) error { return c.y.Free() },
		meanwhile: func(r *meetingRig) error { return leaves(r.a) },
		verify:    (*meetingRig).noHintIsLost,
	},
	// A block gets a reference, and another one frees it.
	"retain, free": {
		elements: 20000, in: []string{"(*holds).take", "(*holds).claim", "(*heap).pin"}, warm: nothing,
		step: func(c *smallChild) error {
			h := c.a.at.heap.holds
			_, _, err := h.take(holdRef, blockID{c.x.off, c.x.gen()}, func() bool { return true })
			return unless(err, ErrFreed)
		},
		meanwhile: func(r *meetingRig) error { return r.x.Free() },
		verify:    (*meetingRig).freedOrHeld,
	},
}

// unless is err, or nil if it is that one.
func unless(err, that error) error {
	if errors.Is(err, that) {
		return nil
	}
	return err
}

var meets = reexec.Register("meets", func(c *reexec.Child) {
	a, err := FromFD(c.File(0).Fd())
	if err != nil {
		c.Fatalf("%v", err)
	}
	x, err := Lookup[uint64](a, "x")
	s, op := &smallChild{a: a, x: x}, meetings[c.Args[0]]
	if err := errors.Join(err, op.warm(s)); err != nil {
		c.Fatalf("%v", err)
	}
	stepkill.Region(c, func() { err = op.step(s) })
	if err != nil {
		c.Fatalf("%v", err)
	}
})

// TestMeetings: wherever the one stands when the other does all that it does, nothing is had twice, or lost.
func TestMeetings(t *testing.T) {
	for name, op := range meetings {
		t.Run(name, func(t *testing.T) {
			r := &meetingRig{a: createFor(t, Options{Size: 1 << 20, MaxMembers: 8})}
			n := stepkill.Run(t, stepkill.Config{
				Child: meets, Args: []string{name}, Files: []*os.File{r.a.File()}, Only: op.functions(),
				Prepare:   func() { r.fill(t, op) },
				Meanwhile: func(stepkill.Point) { r.met, r.other = true, op.meanwhile(r) },
				Verify:    func(stepkill.Point) error { return r.judge(op) },
			})
			t.Logf("%d meetings", n)
		})
	}
}

// functions are the names of those in which the child stands still.
func (op meeting) functions() (all []string) {
	for _, f := range op.in {
		all = append(all, "github.com/shmengine/shmengine/shmarena."+f)
	}
	if stress() {
		return []string{"github.com/shmengine/shmengine/shmarena."}
	}
	return all
}

func (r *meetingRig) fill(t *testing.T, op meeting) {
	t.Helper()
	forgetTables(t, r.a)
	r.met, r.other = false, nil
	r.x = mustAlloc[uint64](t, r.a, op.elements)
	ok(t, r.a.Publish("x", r.x))
	if op.prepare != nil {
		op.prepare(t, r)
	}
}

// judge looks at what came of a meeting, and clears up.
func (r *meetingRig) judge(op meeting) (err error) {
	if r.met {
		err = errors.Join(unless(r.other, ErrHeld), op.verify(r))
	}
	_, rerr := r.a.Reap()
	for _, name := range []string{"x", "y"} {
		rerr = errors.Join(rerr, r.a.dropName(name))
	}
	for i := range r.a.at.heap.magazines { // what the test has is freed like what the child had
		r.a.at.heap.magazines[i].drop()
	}
	return errors.Join(err, rerr, r.clear())
}
