package shmarena

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// The table is bounded, and is whole after.
func TestHoldsFull(t *testing.T) {
	a := newArena(t, 1<<20)
	x := mustAlloc[int64](t, a, 1)
	var all []Ref[int64]
	for {
		r, err := x.Retain()
		if errors.Is(err, ErrFull) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	if len(all) != holdEntries || x.Refs() != holdEntries {
		t.Errorf("%d references", len(all))
	}
	if err := x.Freeze(); !errors.Is(err, ErrFull) {
		t.Errorf("Freeze without room: %v", err)
	}
	for i, r := range all {
		if err := r.Release(); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	mustBeFree(t, a)
}

// Retain, Release, Snapshot and Free of one array race: it is freed once, and
// never while somebody has it.
func TestHoldRace(t *testing.T) {
	a := newArena(t, 4<<20)
	rounds := 300
	if stress() {
		rounds = 20_000
	}
	for range rounds {
		x := mustAlloc[int64](t, a, 8)
		first := mustRetain(t, x)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { holdOnce(t, x) })
		}
		all.Go(func() {
			if err := first.Release(); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		if !errors.Is(x.Check(), ErrFreed) {
			t.Fatal("never freed")
		}
	}
	mustBeFree(t, a)
}

// A hold that comes after a Free has begun fails; a Free that comes after the hold
// is undone, also where its first look missed the hold, and by who sweeps it.
func TestHoldMeetsFree(t *testing.T) {
	a := newArena(t, 1<<20)
	h := a.at.heap
	x := mustAlloc[int64](t, a, 8)
	first, _ := h.index(x.off)
	b := block{x.off, x.gen}
	if !h.claim(first, h.ctrlOf(first)) {
		t.Fatal("cannot claim")
	}
	if _, _, err := h.holds.take(holdRef, b, func() bool { return true }); !errors.Is(err, ErrFreed) {
		t.Errorf("a hold on a block that is being freed: %v", err)
	}
	if err := h.giveBack(first, true); err != nil {
		t.Fatal(err)
	}
	y := mustAlloc[int64](t, a, 8)
	first, _ = h.index(y.off)
	r := mustRetain(t, y)
	for name, finish := range map[string]func() error{
		"free":  func() error { return h.giveBack(first, true) },
		"sweep": func() error { return errors.Join(h.sweep(a.Member().ID()), ErrHeld) },
	} {
		if !h.claim(first, h.ctrlOf(first)) {
			t.Fatal("cannot claim")
		}
		if err := finish(); !errors.Is(err, ErrHeld) || strings.Contains(err.Error(), "corrupt") || y.Check() != nil {
			t.Errorf("%s of a held block: %v, %v", name, err, y.Check())
		}
	}
	if err := r.Release(); err != nil {
		t.Error(err)
	}
	mustBeFree(t, a)
}

// The last reference goes while somebody who would free the block has it claimed and
// is about to take that back: the release waits for that and frees it.
func TestLastReferenceMeetsFree(t *testing.T) {
	a := newArena(t, 1<<20)
	h := a.at.heap
	x := mustAlloc[int64](t, a, 8)
	first, _ := h.index(x.off)
	r := mustRetain(t, x)
	if !h.claim(first, h.ctrlOf(first)) {
		t.Fatal("cannot claim")
	}
	released := make(chan error)
	go func() {
		released <- r.Release()
	}()
	for h.holds.count(block{x.off, x.gen}, refs) > 0 { // until it is on its way
		runtime.Gosched()
	}
	if err := h.unclaim(first); !errors.Is(err, ErrHeld) {
		t.Fatal(err)
	}
	if err := <-released; err != nil {
		t.Error(err)
	}
	mustBeFree(t, a)
}

// A Free that is refused does not disturb those who use the array.
func TestRefusedFreeIsUnseen(t *testing.T) {
	a := newArena(t, 1<<20)
	x := mustAlloc[int64](t, a, 8)
	r := mustRetain(t, x)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 50000 {
			if err := x.Free(); !errors.Is(err, ErrHeld) {
				t.Error(err)
				return
			}
		}
	}()
	for {
		if err := x.Check(); err != nil {
			t.Fatal(err)
		}
		select {
		case <-done:
			if err := r.Release(); err != nil {
				t.Error(err)
			}
			return
		default:
		}
	}
}

// holdOnce holds an array if it still can.
func holdOnce(t *testing.T, x Array[int64]) {
	r, err := x.Retain()
	if errors.Is(err, ErrFreed) {
		return
	}
	if err != nil || x.Check() != nil {
		t.Errorf("retained: %v, %v", err, x.Check())
		return
	}
	if err := x.Free(); !errors.Is(err, ErrHeld) {
		t.Errorf("Free of a referenced array: %v", err)
	}
	if err := r.Release(); err != nil {
		t.Error(err)
	}
}

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
	if err == nil && c.Args[0] == "release" {
		r, err = r.Take()
	}
	if err != nil {
		c.Fatalf("%v", err)
	}
	stepkill.Region(c, map[string]func(){
		"retain":  func() { _, err = x.Retain() },
		"take":    func() { r, err = r.Take() },
		"release": func() { err = r.Release() },
		"freeze":  func() { err = x.Freeze() },
	}[c.Args[0]])
	if err != nil {
		c.Fatalf("%v", err)
	}
})

// At every instruction: whatever a member was doing with a hold when it was killed,
// the survivor goes on at once, and the array is freed with the last reference.
func TestHolderKilledAtEachInstruction(t *testing.T) {
	for _, op := range []string{"retain", "take", "release", "freeze"} {
		t.Run(op, func(t *testing.T) { stepHolder(t, op) })
	}
}

func stepHolder(t *testing.T, op string) {
	a := newArena(t, 4<<20)
	var x Array[int64]
	var box Array[Ref[int64]]
	var mine Ref[int64]
	cfg := stepkill.Config{
		Child: holder, Args: []string{op}, Files: []*os.File{a.File()}, Watch: a.at.region[:a.at.geo.blocks],
		Prepare: func() {
			x, box = mustAlloc[int64](t, a, 20000), mustAlloc[Ref[int64]](t, a, 1)
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
	if (op == "retain" || op == "freeze") && !had {
		return errors.New("the array is gone with a reference left")
	}
	if op == "release" && had {
		return fmt.Errorf("the last reference died and the array is there, with %d references", x.Refs())
	}
	if had {
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
