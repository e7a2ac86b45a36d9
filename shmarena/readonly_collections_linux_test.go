package shmarena

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
)

// shared is an arena with one of each kind of collection, by name, and what a
// reader is to find in them.
func shareCollections(t *testing.T) *Arena {
	t.Helper()
	ctx := context.Background()
	a := newArena(t, 8<<20)
	v, err1 := NewValue(a, [3]int64{1, 2, 3})
	c, err2 := NewCounter(a)
	l, err3 := NewList[int64](a)
	m, err4 := NewMap[int64, int64](a, 0)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	err := c.Add(5)
	for i := range int64(1000) {
		_, e := l.Append(ctx, i)
		err = errors.Join(err, e, m.Set(ctx, i, 2*i))
	}
	err = errors.Join(err, a.Publish("v", v), a.Publish("c", c), a.Publish("l", l), a.Publish("m", m))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// collectionReader reads all collections of an arena and changes none.
var collectionReader = reexec.Register("collection reader", func(c *reexec.Child) {
	a, err := FromFDReadOnly(c.File(0).Fd())
	if err != nil {
		c.Fatalf("%v", err)
	}
	v, err1 := LookupValue[[3]int64](a, "v")
	n, err2 := LookupCounter(a, "c")
	l, err3 := LookupList[int64](a, "l")
	m, err4 := LookupMap[int64, int64](a, "m")
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		c.Fatalf("%v", err)
	}
	three, err1 := v.Load()
	sum, err2 := n.Sum()
	last, _, err3 := l.Get(999)
	twice, _, err4 := m.Get(700)
	if err := errors.Join(err1, err2, err3, err4); err != nil || three[2] != 3 || sum != 5 || last != 999 || twice != 1400 {
		c.Fatalf("read %v, %d, %d, %d, %v", three, sum, last, twice, err)
	}
	if l.Len() != 1000 || m.Len() != 1000 || a.Stats().Allocs == 0 || len(a.Classes()) == 0 {
		c.Fatalf("%d and %d elements, %+v", l.Len(), m.Len(), a.Stats())
	}
	mustNotChange(c, a, v, n, l, m)
	c.Say("read")
})

func mustNotChange(c *reexec.Child, a *Arena, v Value[[3]int64], n Counter, l List[int64], m Map[int64, int64]) {
	ctx := context.Background()
	for name, err := range map[string]error{
		"Store": v.Store(ctx, [3]int64{}), "Update": v.Update(ctx, func(*[3]int64) {}), "Add": n.Add(1),
		"Append": second(l.Append(ctx, 1)), "Set in list": l.Set(ctx, 0, 1), "Clear list": l.Clear(ctx), "Free list": l.Free(),
		"Set": m.Set(ctx, 1, 1), "Delete": second(m.Delete(ctx, 1)), "Clear": m.Clear(ctx), "Free map": m.Free(),
		"Free value": v.Free(), "NewCounter": second(NewCounter(a)), "Trim": second(a.Trim()),
		"Resize": second(v.words.Resize(1)), "Retain": second(v.words.Retain()), "Freeze": v.words.Freeze(),
	} {
		if !errors.Is(err, ErrReadOnly) {
			c.Fatalf("%s: %v", name, err)
		}
	}
}

// A reader has the collections to read, and a call that would change one is an error
// and no fault.
func TestReadOnlyCollections(t *testing.T) {
	a := shareCollections(t)
	p := reexec.Start(t, collectionReader, reexec.Options{Files: []*os.File{a.File()}})
	p.Expect("read")
	p.Wait()
	if err := a.Verify(); err != nil {
		t.Error(err)
	}
}

// A reader may find the reference of a block whose maker was killed before it made
// it LIVE: it uses the block and leaves it to others to make it so.
func TestReaderOfUnsettled(t *testing.T) {
	for _, n := range []uint64{64, 100_000} {
		a := newArena(t, 4<<20)
		h := a.at.heap
		off, gen, err := h.allocate(n, 64)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := h.locate(gen, off)
		if p.slot == largeSlot {
			h.spans[p.first].ctrl.Store(uint64(ctrl(p.word).as(stateCommitting, h.self.ID())))
		} else {
			h.wordOf(p).Store(uint64(block(p.word).as(blockClaimed)))
		}
		view := &heap{ctl: h.ctl, spans: h.spans, small: h.small, blocks: h.blocks, tables: h.tables, region: h.region}
		if q, ok := view.settle(makeRef(off, gen)); !ok || q.bytes != n || view.offsetAt(q) != off {
			t.Errorf("a reader finds %+v, %v", q, ok)
		}
		if _, ok := h.locate(gen, off); ok {
			t.Error("the reader has made it LIVE")
		}
		if q, ok := h.settle(makeRef(off, gen)); !ok || h.freePlace(q) != nil {
			t.Error("a member does not find it")
		}
		mustBeFree(t, a)
	}
}
