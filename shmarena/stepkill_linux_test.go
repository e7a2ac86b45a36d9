package shmarena

import (
	"fmt"
	"os"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// stepper does one thing, instruction by instruction.
var stepper = reexec.Register("stepper", func(c *reexec.Child) {
	var x Array[int64]
	a, err := FromFD(c.File(0).Fd())
	if err == nil {
		x, err = Lookup[int64](a, "x")
	}
	if err != nil {
		c.Fatalf("%v", err)
	}
	for _, op := range []string{"alloc", "free"} { // warm, so that the region is short
		if y, err := Alloc[int64](a, 1); err != nil || y.Free() != nil {
			c.Fatalf("%s: %v", op, err)
		}
	}
	region := map[string]func(){
		"alloc":     func() { x, err = Alloc[int64](a, 9000) },
		"free":      func() { err = x.Free() },
		"publish":   func() { err = a.Publish("y", x) },
		"unpublish": func() { err = a.Unpublish("x") },
	}[c.Args[0]]
	stepkill.Region(c, region)
	if err != nil {
		c.Fatalf("%v", err)
	}
})

// A-046, at every instruction: whatever a member was doing when it was killed,
// the survivor goes on at once and gets all memory back. By default only those
// instructions are tried after which the shared memory differs.
func TestKilledAtEachInstruction(t *testing.T) {
	for _, op := range []string{"alloc", "free", "publish", "unpublish"} {
		t.Run(op, func(t *testing.T) { stepThrough(t, op) })
	}
}

func stepThrough(t *testing.T, op string) {
	a := newArena(t, 1<<20)
	var x Array[int64]
	cfg := stepkill.Config{
		Child: stepper, Args: []string{op}, Files: []*os.File{a.File()},
		Watch: a.at.region[:a.at.geo.blocks],
		Prepare: func() {
			forgetTables(t, a)
			x = mustAlloc[int64](t, a, 20000)
			if err := a.Publish("x", x); err != nil {
				t.Fatal(err)
			}
		},
		Verify: func(p stepkill.Point) error { return survive(a, x, op, p) },
	}
	if stress() {
		cfg.Watch, cfg.File = nil, cfg.Files[0]
	}
	kills := stepkill.Run(t, cfg)
	t.Logf("%s: %d kills", op, kills)
}

// survive is what a survivor does right after the kill.
func survive(a *Arena, x Array[int64], op string, p stepkill.Point) error {
	y, err := Alloc[int64](a, 30000)
	if err != nil {
		return err
	}
	if err := y.Free(); err != nil {
		return err
	}
	if err := a.Verify(); err != nil { // finishes what the dead one began
		return err
	}
	if err := names(a, x, op, p); err != nil {
		return err
	}
	if err := x.Free(); err != nil && (op != "free" || p.K == 0) {
		return err
	}
	if _, err := a.FreeOrphans(); err != nil {
		return err
	}
	if s := a.Stats(); s.InUse != 0 || s.Reserved != 0 || s.Allocs != s.Frees {
		return fmt.Errorf("%+v", s)
	}
	return a.Verify()
}

// names looks that each name is there whole, or not at all, and takes it back.
func names(a *Arena, x Array[int64], op string, p stepkill.Point) error {
	for _, name := range []string{"x", "y"} {
		y, err := Lookup[int64](a, name)
		switch {
		case err == nil && y != x:
			return fmt.Errorf("name %q is of %v, not %v", name, y, x)
		case err == nil:
			err = a.Unpublish(name)
		case name == "x" && op == "alloc", name == "y" && op == "publish" && p.End:
			return err
		default: // may be gone, or freed, in which case the name is still taken
			_ = a.Unpublish(name)
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// forgetTables makes the spans without blocks such as have never had any: a table is
// reserved once, so that only the first of many children would do it.
func forgetTables(t *testing.T, a *Arena) {
	t.Helper()
	h := a.at.heap
	for i := range h.spans {
		if i := uint64(i); !h.ctrlOf(i).hasBlocks() {
			h.spans[i].table.Store(0)
			ok(t, h.mem.release(h.tables+i*tableSize, tableSize))
		}
	}
}
