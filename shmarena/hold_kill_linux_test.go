package shmarena

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// holder does one thing with a hold, instruction by instruction.
var holder = reexec.Register("holder", func(c *reexec.Child) {
	a, err := FromFD(c.File(0).Fd())
	if err != nil {
		c.Fatalf("%v", err)
	}
	x, err := Lookup[int64](a, "x")
	if err != nil {
		c.Fatalf("%v", err)
	}
	box, err := Lookup[Ref[int64]](a, "box")
	if err != nil {
		c.Fatalf("%v", err)
	}
	warm, err := x.Retain()
	if err == nil {
		err = warm.Release() // there is another reference
	}
	r := box.Slice()[0]
	h := a.at.heap
	first, _ := h.index(x.off)
	switch op := c.Args[0]; {
	case err != nil:
	case op == "release":
		r, err = r.Take()
	case op == "free":
		r, err = r.Take()
		err = errors.Join(err, x.Freeze(), refused(r.Release()), x.Thaw())
	case op == "decide":
		now := h.ctrlOf(first)
		h.spans[first].ctrl.CompareAndSwap(uint64(now), uint64(now.as(stateFreeing, h.self.ID())))
	}
	if err != nil {
		c.Fatalf("%v", err)
	}
	stepkill.Region(c, map[string]func(){
		"retain":  func() { _, err = x.Retain() },
		"take":    func() { r, err = r.Take() },
		"release": func() { err = r.Release() },
		"freeze":  func() { err = x.Freeze() },
		"refused": func() { err = refused(x.Free()) },
		"free":    func() { err = x.Free() },
		"decide":  func() { err = refused(h.decide(first, h.ctrlOf(first), h.self.ID())) },
	}[c.Args[0]])
	if err != nil {
		c.Fatalf("%v", err)
	}
})

// refused is nil if a free was refused because of a hold.
func refused(err error) error {
	if errors.Is(err, ErrHeld) {
		return nil
	}
	return fmt.Errorf("not refused: %w", err)
}

// At every instruction: whatever a member was doing with a hold when it was killed,
// the survivor goes on at once, and the array is freed with the last reference.
func TestHolderKilledAtEachInstruction(t *testing.T) {
	for _, op := range []string{"retain", "take", "release", "freeze", "refused", "free"} {
		t.Run(op, func(t *testing.T) { stepHolder(t, op, 20000) })
		t.Run(op+" small", func(t *testing.T) { stepHolder(t, op, 8) })
	}
	t.Run("decide", func(t *testing.T) { stepHolder(t, "decide", 20000) })
}

func stepHolder(t *testing.T, op string, n int) {
	a := newArena(t, 4<<20)
	var x Array[int64]
	var box Array[Ref[int64]]
	var mine Ref[int64]
	cfg := stepkill.Config{
		Child: holder, Args: []string{op}, Files: []*os.File{a.File()}, Watch: a.at.region[:a.at.geo.blocks],
		Prepare: func() {
			x, box = mustAlloc[int64](t, a, n), mustAlloc[Ref[int64]](t, a, 1)
			if err := errors.Join(a.Publish("x", x), a.Publish("box", box)); err != nil {
				t.Fatal(err)
			}
			mine = mustRetain(t, x)
			box.Slice()[0] = mine
		},
		Verify: func(stepkill.Point) error { return holderDied(a, x, mine, box, op) },
	}
	t.Logf("%s: %d kills", op, stepkill.Run(t, cfg))
}

// holderDied is what a survivor finds. In "take" and "release" the reference went,
// or may have gone, to the dead one: then the array is freed with it.
func holderDied(a *Arena, x Array[int64], mine Ref[int64], box Array[Ref[int64]], op string) error {
	if _, err := a.Reap(); err != nil {
		return err
	}
	had := x.Check() == nil
	if (op == "retain" || op == "freeze" || op == "refused" || op == "decide") && !had {
		return errors.New("the array is gone with a reference left")
	}
	if op == "release" && had {
		return fmt.Errorf("the last reference died and the array is there, with %d references", x.Refs())
	}
	if had && op == "free" {
		if err := x.Free(); err != nil {
			return err
		}
	} else if had {
		if err := mine.Release(); err != nil {
			return err
		}
	}
	if x.Check() == nil {
		return fmt.Errorf("not freed, %d references", x.Refs())
	}
	if err := errors.Join(box.Free(), a.Unpublish("x"), a.Unpublish("box"), a.Verify()); err != nil {
		return err
	}
	if s := a.Stats(); s.InUse != 0 {
		return fmt.Errorf("left: %+v", s)
	}
	return nil
}
