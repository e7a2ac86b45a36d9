package shmarena

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// smallStep is one operation that is stepped through, on the array "x" and the
// words of "w". warm is done before it, so that the region is what it is to be.
type smallStep struct {
	prepare func(t *testing.T, r *smallRig)
	warm    func(c *smallChild) error
	step    func(c *smallChild) error
}

// smallChild is the process that is killed.
type smallChild struct {
	a    *Arena
	x, y Array[uint64]
	word *atomic.Uint64
}

// smallRig is what the test has prepared for one child.
type smallRig struct {
	a    *Arena
	x, w Array[uint64]
	more []Array[uint64]
}

func allocFree(n int) func(*smallChild) error {
	return func(c *smallChild) error {
		y, err := Alloc[uint64](c.a, n)
		if err == nil {
			err = y.Free()
		}
		return err
	}
}

func allocY(n int) func(*smallChild) error {
	return func(c *smallChild) (err error) { c.y, err = Alloc[uint64](c.a, n); return err }
}

func into(bytes int64) func(*smallChild) error {
	return func(c *smallChild) error { _, err := c.a.allocInto(bytes, c.word); return err }
}

func intoAndBack(bytes int64) func(*smallChild) error {
	return func(c *smallChild) error { return errors.Join(into(bytes)(c), c.a.freeRef(c.word)) }
}

func freeWord(c *smallChild) error { return c.a.freeRef(c.word) }
func freeX(c *smallChild) error    { return c.x.Free() }
func nothing(*smallChild) error    { return nil }

var smallSteps = map[string]smallStep{
	"alloc":            {nil, allocFree(5), allocY(5)},
	"alloc, new span":  {nil, allocFree(5), allocY(500)},
	"alloc, warm span": {warmRun, allocFree(5), allocY(500)},
	"alloc, adopt":     {leftSpan, allocFree(5), allocY(500)},
	"alloc, from mail": {nil, fullThenFreed, allocY(500)},
	"free own":         {nil, allocY(5), func(c *smallChild) error { return c.y.Free() }},
	"free foreign":     {nil, nothing, freeX},
	"free the last":    {lastOfSpan, nothing, freeX},
	"free warms":       {largeX, nothing, freeX},
	"free cools":       {coldX, nothing, freeX},
	"trim":             {warmRun, allocFree(5), func(c *smallChild) error { _, err := c.a.Trim(); return err }},
	"into, small":      {nil, intoAndBack(100), into(100)},
	"into, large":      {nil, intoAndBack(100000), into(100000)},
	"free ref, small":  {nil, into(100), freeWord},
	"free ref, large":  {nil, into(100000), freeWord},
	"close":            {nil, allocY(5), func(c *smallChild) error { c.a.at.heap.retireMagazines(); return nil }},
}

// warmRun leaves runs that are free and reserved.
func warmRun(t *testing.T, r *smallRig) {
	mustFree(t, mustAlloc[uint64](t, r.a, 20000))
	mustFree(t, mustAlloc[uint64](t, r.a, 8000))
}

// largeX is a large block that will be kept warm when it is freed.
func largeX(t *testing.T, r *smallRig) {
	mustFree(t, r.x)
	r.x = mustAlloc[uint64](t, r.a, 20000)
}

// coldX is one for which others have to be given back.
func coldX(t *testing.T, r *smallRig) {
	largeX(t, r)
	mustFree(t, mustAlloc[uint64](t, r.a, 6*spanSize/8))
}

// lastOfSpan has x be the only block of a span that its owner believes full.
func lastOfSpan(t *testing.T, r *smallRig) {
	mustFree(t, r.x)
	var xs []Array[uint64]
	for range 17 {
		xs = append(xs, mustAlloc[uint64](t, r.a, 500))
	}
	first := 0 // of the first whole span
	for xs[first].off&(spanSize-1) != 0 {
		first++
	}
	if first > 0 {
		t.Fatalf("the first block lies at %#x", xs[0].off)
	}
	r.x, r.more = xs[0], xs[16:]
	for _, y := range xs[1:16] {
		mustFree(t, y)
	}
}

// leaver allocates blocks, and is killed.
var leaver = reexec.Register("leaver", func(c *reexec.Child) {
	a := childArena(c)
	for range 3 {
		if _, err := Alloc[uint64](a, 500); err != nil {
			c.Fatalf("%v", err)
		}
	}
	c.Say("done")
	c.Hear()
})

// leftSpan has a member die that has a span of the class.
func leftSpan(t *testing.T, r *smallRig) {
	p := reexec.Start(t, leaver, reexec.Options{Files: []*os.File{r.a.File()}})
	p.Expect("done")
	p.Kill()
}

// fullThenFreed fills a span and goes on to the next; then one of the first comes back.
func fullThenFreed(c *smallChild) error {
	var xs []Array[uint64]
	for range 32 {
		y, err := Alloc[uint64](c.a, 500)
		if err != nil {
			return err
		}
		xs = append(xs, y)
	}
	return xs[3].Free() // the second span is full, so the next one is this
}

var smallStepper = reexec.Register("small stepper", func(c *reexec.Child) {
	a, err := FromFD(c.File(0).Fd())
	if err != nil {
		c.Fatalf("%v", err)
	}
	s := &smallChild{a: a}
	x, err1 := Lookup[uint64](a, "x")
	w, err2 := Lookup[uint64](a, "w")
	if err := errors.Join(err1, err2); err != nil {
		c.Fatalf("%v", err)
	}
	s.x, s.word = x, a.at.heap.atomicAt(w.off)
	op := smallSteps[c.Args[0]]
	if err := op.warm(s); err != nil {
		c.Fatalf("%v", err)
	}
	stepkill.Region(c, func() { err = op.step(s) })
	if err != nil {
		c.Fatalf("%v", err)
	}
})

// A-046 for small blocks and all that surrounds them, at every instruction (by
// default at those after which the shared memory differs).
func TestSmallKilledAtEachInstruction(t *testing.T) {
	for name, op := range smallSteps {
		t.Run(name, func(t *testing.T) { stepSmall(t, name, op) })
	}
}

func stepSmall(t *testing.T, name string, op smallStep) {
	a := createFor(t, Options{Size: 1 << 20, MaxMembers: 8, Keep: 512 << 10})
	r := &smallRig{a: a}
	cfg := stepkill.Config{
		Child: smallStepper, Args: []string{name}, Files: []*os.File{a.File()},
		Watch:   a.at.region[:a.at.geo.blocks+spanSize], // with the word of "w"
		Prepare: func() { r.fill(t, op) },
		Verify:  func(p stepkill.Point) error { return r.survive(name, p) },
	}
	if stress() {
		cfg.Watch, cfg.File = nil, cfg.Files[0]
	} else if name == "trim" { // long, and each part of it is also one of the others
		cfg.Stride = 5
	}
	t.Logf("%s: %d kills", name, stepkill.Run(t, cfg))
}

const mark = 0x1234567890

func (r *smallRig) fill(t *testing.T, op smallStep) {
	t.Helper()
	forgetTables(t, r.a)
	r.more = nil
	r.x, r.w = mustAlloc[uint64](t, r.a, 5), mustAlloc[uint64](t, r.a, 1)
	if op.prepare != nil {
		op.prepare(t, r)
	}
	for _, y := range append(r.more, r.x) {
		s := y.Slice()
		s[0], s[len(s)-1] = mark, mark
	}
	if r.w.off >= r.a.at.geo.blocks+spanSize {
		t.Fatalf("the word lies at %#x, where nobody watches", r.w.off)
	}
	if err := errors.Join(r.a.Publish("x", r.x), r.a.Publish("w", r.w)); err != nil {
		t.Fatal(err)
	}
}

// survive is what a survivor does right after the kill.
func (r *smallRig) survive(name string, p stepkill.Point) error {
	for _, n := range []int{5, 500, 20000} {
		y, err := Alloc[uint64](r.a, n)
		if err != nil {
			return fmt.Errorf("alloc %d: %w", n, err)
		}
		for i, v := range y.Slice() {
			if v != 0 {
				return fmt.Errorf("element %d of a new block of %d is %#x", i, n, v)
			}
		}
		if err := y.Free(); err != nil {
			return err
		}
	}
	if err := r.a.Verify(); err != nil { // finishes what the dead one began
		return err
	}
	if err := r.settled(name); err != nil {
		return err
	}
	for _, name := range []string{"x", "w"} {
		if err := r.a.Unpublish(name); err != nil {
			return err
		}
	}
	return r.empty(p)
}

// settled looks at the blocks that somebody has, and frees them.
func (r *smallRig) settled(name string) error {
	word := r.a.at.heap.atomicAt(r.w.off)
	if ref := blockRef(word.Load()); ref != 0 {
		b, err := ref.bytes(r.a)
		if err != nil && !(errors.Is(err, ErrFreed) && name[:4] == "free") {
			return fmt.Errorf("the word names a block that is not there: %w", err)
		}
		if err == nil && len(b) != 100 && len(b) != 100000 {
			return fmt.Errorf("the word names a block of %d bytes", len(b))
		}
	}
	if err := r.a.freeRef(word); err != nil || word.Load() != 0 {
		return fmt.Errorf("freeRef: %v, word %#x", err, word.Load())
	}
	if word := name[:4]; word == "into" || name == "free ref, small" || name == "free ref, large" {
		if got, want := r.a.Stats().InUse, int64(8*(r.w.n+r.x.n)); got != want {
			return fmt.Errorf("%d bytes in use, want %d: a block was lost", got, want)
		}
	}
	for _, y := range append(r.more, r.x) {
		err := y.Check()
		if err == nil {
			s := y.Slice()
			if s[0] != mark || s[len(s)-1] != mark {
				return fmt.Errorf("block at %#x holds %#x and %#x", y.off, s[0], s[len(s)-1])
			}
			err = y.Free()
		} else if y == r.x && name[:4] == "free" {
			err = nil // the dead one has freed it
		}
		if err != nil {
			return err
		}
	}
	return r.w.Free()
}

// empty frees what the dead one had and looks that nothing is left.
func (r *smallRig) empty(p stepkill.Point) error {
	if _, err := r.a.FreeOrphans(); err != nil {
		return err
	}
	if _, err := r.a.Trim(); err != nil {
		return err
	}
	if s := r.a.Stats(); s.InUse != 0 || s.Reserved != 0 || s.Warm != 0 || s.Allocs != s.Frees {
		return fmt.Errorf("%+v", s)
	}
	return r.a.Verify()
}
