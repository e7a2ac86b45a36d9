package ringbuf

import (
	"testing"
)

// Senders and receivers that only try, and never sleep, repair what the dead have left all the same, after
// at most askEvery failures.

// heldByTheDead is a full ring of which member 3 has taken value 0, and died. Without a seat nothing tells
// of it but the cell.
func heldByTheDead(t *testing.T, seated bool) (x *crowd[message], cell func() uint64) {
	x = heapCrowd(t, Options{Capacity: 4})
	victim := must[*Receiver[message]](t)(x.Receiver(x.town.member(3)))
	filler := must[*Sender[message]](t)(x.Sender(x.sm))
	if err := filler.TryPush(messageOf(0)); err != nil {
		t.Fatal(err)
	}
	if err := x.s.TryPush(messageOf(1)); err != nil { // value 2 is its next
		t.Fatal(err)
	}
	for i := uint64(2); i < 4; i++ {
		if err := filler.TryPush(messageOf(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := victim.TryTake(new(message)); err != nil {
		t.Fatal(err)
	}
	if !seated {
		victim.seat.Store(0)
	}
	x.town.dead[3].Store(true)
	return x, func() uint64 { return x.cells.at(0).stamp.Load() & stateMask }
}

func TestMPMCTriesRepair(t *testing.T) {
	for what, seated := range map[string]bool{"with a seat": true, "without a seat": false} {
		x, cell := heldByTheDead(t, seated)
		for i := range askEvery {
			if cell() != cellTaken {
				t.Errorf("%s: repaired after %d failures", what, i)
			}
			if err := x.s.TryPush(messageOf(9)); err != ErrFull {
				t.Fatalf("%s: push %d: %v", what, i, err)
			}
		}
		if cell() != cellFull {
			t.Errorf("%s: after %d failures the cell is still the dead one's", what, askEvery)
		}
	}
}

// A sender that has found the ring full begins there the next time, and not again at what it knew before.
func TestMPMCFullIsRemembered(t *testing.T) {
	x, _ := heldByTheDead(t, true)
	if err := x.s.TryPush(messageOf(9)); err != ErrFull || x.s.next != 4 {
		t.Errorf("%v, and the next value to claim is %d, want 4", err, x.s.next)
	}
}

// A receiver that only tries gets past what a dead sender has claimed: after at most askEvery failures, and at once
// when the ring is closed.
func TestMPMCTriesSkipTheDead(t *testing.T) {
	for _, ended := range []bool{false, true} {
		x := heapCrowd(t, Options{Capacity: 4})
		victim := must[*Sender[message]](t)(x.Sender(x.town.member(3)))
		must[uint64](t)(victim.claim())
		noError(t, x.s.TryPush(messageOf(7)))
		x.town.dead[3].Store(true)
		most := askEvery
		if ended {
			noError(t, x.Close())
			most = 1
		}
		var v message
		err := x.c.TryPop(&v)
		for n := 1; err == ErrEmpty && n < most; n++ {
			err = x.c.TryPop(&v)
		}
		if err != nil || v != messageOf(7) {
			t.Errorf("closed %v: behind the dead one's cell: %v, %v", ended, v, err)
		}
	}
}
