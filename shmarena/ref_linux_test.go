package shmarena

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/internal/pod"
	"github.com/shmengine/shmengine/internal/reexec"
)

func mustRetain[T any](t testing.TB, x Array[T]) Ref[T] {
	t.Helper()
	r, err := x.Retain()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// consumer takes the references that it is sent, and does as it is told.
var consumer = reexec.Register("consumer", func(c *reexec.Child) {
	a := childArena(c)
	box, err := Lookup[Ref[int64]](a, "box")
	if err != nil {
		c.Fatalf("%v", err)
	}
	x, err := Lookup[int64](a, "x")
	if err != nil {
		c.Fatalf("%v", err)
	}
	c.Say("ready")
	var r Ref[int64]
	for {
		switch c.Hear() {
		case "take":
			r, err = box.Slice()[0].Take()
		case "release":
			err = r.Release()
		case "freeze":
			err = x.Freeze()
		case "snapshot":
			_, err = x.Snapshot()
		case "read":
			if x.Slice()[0] != 42 {
				err = errors.New("another array")
			}
		}
		c.Say(fmt.Sprint(err))
	}
})

// startConsumers shares an array through a box for references.
func startConsumers(t *testing.T, n int) (a *Arena, x Array[int64], box Array[Ref[int64]], ps []*reexec.Proc) {
	t.Helper()
	a = newArena(t, 4<<20)
	x, box = mustAlloc[int64](t, a, 20000), mustAlloc[Ref[int64]](t, a, 1)
	x.Slice()[0] = 42
	if err := errors.Join(a.Publish("x", x), a.Publish("box", box)); err != nil {
		t.Fatal(err)
	}
	for range n {
		p := reexec.Start(t, consumer, reexec.Options{Files: []*os.File{a.File()}})
		p.Expect("ready")
		ps = append(ps, p)
	}
	return a, x, box, ps
}

func tell(p *reexec.Proc, word, answer string) {
	p.Say(word)
	p.Expect(answer)
}

// freed exactly when the last of three releases, one of whom by its death.
func TestReferences(t *testing.T) {
	a, x, box, ps := startConsumers(t, 3)
	for _, p := range ps {
		box.Slice()[0] = mustRetain(t, x)
		tell(p, "take", "<nil>")
	}
	if n := x.Refs(); n != 3 {
		t.Errorf("%d references", n)
	}
	if err := box.Slice()[0].Release(); !errors.Is(err, ErrBadRelease) {
		t.Errorf("Release of another process's: %v", err)
	}
	tell(ps[0], "release", "<nil>")
	ps[0].Say("release")
	if got := ps[0].Hear(); !strings.Contains(got, ErrBadRelease.Error()) {
		t.Errorf("Release again: %s", got)
	}
	if err := x.Free(); !errors.Is(err, ErrHeld) {
		t.Errorf("Free with references: %v", err)
	}
	ps[1].Kill()
	if n, err := a.Reap(); n != 1 || err != nil {
		t.Errorf("Reap: %d, %v", n, err)
	}
	if n := x.Refs(); n != 1 || x.Check() != nil {
		t.Errorf("%d references, %v", n, x.Check())
	}
	tell(ps[2], "read", "<nil>")
	tell(ps[2], "release", "<nil>")
	if x.Refs() != 0 || !errors.Is(x.Check(), ErrFreed) {
		t.Errorf("after the last release: %v", x.Check())
	}
	if _, err := box.Slice()[0].Take(); !errors.Is(err, ErrBadRelease) {
		t.Errorf("Take of a freed array: %v", err)
	}
	mustFree(t, box)
	mustBeFree(t, a)
}

func TestReferenceIsPlain(t *testing.T) {
	if typ := reflect.TypeFor[Ref[int64]](); pod.Check(typ) != nil || typ.Size() != 32 {
		t.Errorf("a reference cannot be sent: %v, %d bytes", pod.Check(typ), typ.Size())
	}
}

// The last holder dies: Reap frees the array.
func TestLastReferenceDies(t *testing.T) {
	a, x, box, ps := startConsumers(t, 1)
	box.Slice()[0] = mustRetain(t, x)
	tell(ps[0], "take", "<nil>")
	ps[0].Kill()
	if _, err := a.Reap(); err != nil {
		t.Fatal(err)
	}
	mustFree(t, box)
	mustBeFree(t, a)
}

// A sender that dies before its reference was taken takes it with it.
func TestReferenceWithoutSender(t *testing.T) {
	a := newArena(t, 1<<20)
	x := mustAlloc[int64](t, a, 1)
	r := mustRetain(t, x)
	kept := mustRetain(t, x)
	if err := r.Release(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Take(); !errors.Is(err, ErrBadRelease) {
		t.Errorf("Take of a released reference: %v", err)
	}
	again := mustRetain(t, x) // in the same entry
	if err := r.Release(); again.entry != r.entry || !errors.Is(err, ErrBadRelease) {
		t.Errorf("Release again, with the entry in use: %v", err)
	}
	far := r
	far.entry = 1 << 30
	if err := far.Release(); !errors.Is(err, ErrBadRelease) {
		t.Errorf("an entry that there is not: %v", err)
	}
	mustFreeze(t, x)
	if err := again.Release(); err != nil {
		t.Error(err)
	}
	if err := kept.Release(); !errors.Is(err, ErrHeld) || x.Check() != nil {
		t.Errorf("the last reference to a frozen array: %v", err)
	}
	if err := x.Thaw(); err != nil {
		t.Error(err)
	}
	mustFree(t, x)
	mustBeFree(t, a)
}

// What a process had frozen or viewed when it was killed can be freed at once.
func TestDeadFreezer(t *testing.T) {
	for _, words := range [][]string{{"freeze"}, {"freeze", "snapshot"}} {
		a, x, box, ps := startConsumers(t, 1)
		for _, w := range words {
			tell(ps[0], w, "<nil>")
		}
		if err := x.Free(); !errors.Is(err, ErrHeld) || !x.Frozen() {
			t.Errorf("%v: Free: %v", words, err)
		}
		if found, err := a.FreeOrphans(); found.Blocks != 0 || err != nil {
			t.Errorf("%v: orphans %+v, %v", words, found, err)
		}
		ps[0].Kill()
		if x.Frozen() {
			t.Errorf("%v: frozen by a dead process", words)
		}
		mustFree(t, x) // before anybody has swept it
		mustFree(t, box)
		mustBeFree(t, a)
	}
}
