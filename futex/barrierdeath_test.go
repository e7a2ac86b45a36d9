package futex

import (
	"errors"
	"testing"
)

// The death of a member that has joined breaks the barrier, of one that sleeps,
// one that has arrived, or one that is elsewhere; Reset forgets it.
func TestBarrierJoinedMemberDies(t *testing.T) {
	var w world
	var b Barrier
	a, c := w.join(), w.join()
	mustInit(t, &b, 3)
	for i := range 2 {
		x := w.join()
		mustLock(t, b.Join(x))
		mustLock(t, b.Join(x))
		got := arrive(t, &b, a, 1)
		if i == 1 {
			b.state.Add(1) // x arrives, and is never to sleep
		}
		w.kill(x)
		expectAll(t, got, ErrBroken)
		b.Reset(c)
		got = arrive(t, &b, a, 2)
		if _, err := b.Wait(bg, c); err != nil {
			t.Errorf("Wait after Reset: %v", err)
		}
		expectAll(t, got, nil)
	}
	// One that died before anybody waited; and one that has left.
	x, y := w.join(), w.join()
	mustLock(t, b.Join(x))
	mustLock(t, b.Join(y))
	b.Leave(y)
	w.kill(y)
	got := arrive(t, &b, a, 1)
	w.kill(x)
	expectAll(t, got, ErrBroken)
	if _, err := b.Wait(bg, c); !errors.Is(err, ErrBroken) {
		t.Errorf("Wait: %v, want ErrBroken", err)
	}
}

// A party that has not joined is like one that does not come: nothing happens, and
// if it had arrived it counts.
func TestBarrierStrangerDies(t *testing.T) {
	var w world
	var b Barrier
	a, c, x := w.join(), w.join(), w.join()
	mustInit(t, &b, 3)
	got := arrive(t, &b, a, 1)
	b.state.Add(1) // x arrives
	w.kill(x)
	if i, err := b.Wait(bg, c); i != 0 || err != nil {
		t.Errorf("Wait of the last = %d, %v", i, err)
	}
	expectAll(t, got, nil)
}

// The one that runs the action dies: the barrier is broken, joined or not.
func TestBarrierRunnerDies(t *testing.T) {
	var w world
	var b Barrier
	a, x := w.join(), w.join()
	mustInit(t, &b, 2)
	got := arrive(t, &b, a, 1)
	s := barrierState(b.state.Load())
	b.state.Store(uint64(s.running(x.ID()))) // x has begun
	late := make(chan error, 1)
	go func() {
		_, err := b.Wait(bg, a) // a third party: for the next round
		late <- err
	}()
	eventually(t, func() bool { return a.inLine(&b.bell) == 2 })
	w.kill(x)
	expectAll(t, got, ErrBroken)
	expectAll(t, late, ErrBroken)
}

func TestBarrierRoomForMembers(t *testing.T) {
	var w world
	var b Barrier
	var all []*fake
	mustInit(t, &b, 2)
	for range memberCells {
		all = append(all, w.join())
		mustLock(t, b.Join(all[len(all)-1]))
	}
	last := w.join()
	if err := b.Join(last); !errors.Is(err, ErrFull) {
		t.Fatalf("Join of member 65: %v, want ErrFull", err)
	}
	w.kill(all[5])
	mustLock(t, b.Join(last)) // and whoever waits learns of the one whose place it has
	if !b.Broken() {
		t.Error("a death is forgotten")
	}
}
