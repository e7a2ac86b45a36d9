package queue

import (
	"errors"
	"os"
	"sync"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
)

// TestRefusedFirst: whoever makes a queue and cannot enter it takes it away again.
func TestRefusedFirst(t *testing.T) {
	ctx, cancel := soon()
	defer cancel()
	refused, name := errors.New("no seat"), leaktest.Name("refused")
	s := &Sender[int64]{}
	s.prepare(name, stageText)
	s.end.sit = func() error { return refused }
	if err := s.end.enter(ctx, Options{}); !errors.Is(err, refused) {
		t.Errorf("enter = %v", err)
	}
	if _, err := os.Lstat("/dev/shm/shmarena-" + name + fileSuffix); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the arena is still there: %v", err)
	}
}

// TestControlIsOne: of several who make the control of a queue at once all get the same, and what the
// others have made is given back.
func TestControlIsOne(t *testing.T) {
	g := newStage(t)
	before := g.arena.Stats().InUse
	for range 300 {
		const n = 8
		var got [n]*control
		var errs [n]error
		var group sync.WaitGroup
		start := make(chan struct{})
		for i := range n {
			group.Go(func() {
				<-start
				got[i], errs[i] = controlIn(g.arena)
			})
		}
		close(start)
		group.Wait()
		check(t, errors.Join(errs[:]...))
		for _, c := range got {
			if c != got[0] {
				t.Fatal("there are two controls")
			}
		}
		check(t, g.clear())
	}
	if after := g.arena.Stats().InUse; after != before {
		t.Errorf("%d bytes are in use, %d were before", after, before)
	}
}

// TestLargerNumberCounts: of two programs that say different numbers the larger one counts, whoever comes
// first.
func TestLargerNumberCounts(t *testing.T) {
	ctx, cancel := soon()
	defer cancel()
	for _, said := range [][2]int{{2, 0}, {0, 2}, {2, 1}} {
		g := newStage(t)
		r, s := receiver(g.arena), sender(g.arena)
		check(t, r.end.takePlace(ctx, Options{Capacity: 4, Senders: said[0]}))
		check(t, s.end.takePlace(ctx, Options{Capacity: 4, Senders: said[1]}))
		if n := s.end.ctl.sides[sending].wanted.Load(); n != 2 {
			t.Errorf("one says %d senders and the next %d: the queue wants %d", said[0], said[1], n)
		}
		check(t, errors.Join(s.end.goAway(false), r.end.goAway(false)))
	}
}
