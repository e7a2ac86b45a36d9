package ringbuf

import (
	"errors"
	"testing"
	"time"
)

// patience is how long a call that ought to have been woken may sleep: it catches a hang.
const patience = 5 * time.Minute

// popsAsleep has n receivers pop one value each, and returns when all sleep.
func (x *crowd[T]) popsAsleep(t *testing.T, n int) <-chan error {
	t.Helper()
	ended := make(chan error, n)
	for range n {
		c := must[*Receiver[T]](t)(x.Receiver(x.rm))
		go func() { _, err := c.Pop(t.Context()); ended <- err }()
	}
	untilAsleep(x.toSenders, n)
	return ended
}

// allOf wants the results of n calls to be as many nils, and want for the others.
func allOf(t *testing.T, ended <-chan error, n, nils int, want error) {
	t.Helper()
	late := time.After(patience)
	for k := range n {
		select {
		case err := <-ended:
			if err == nil {
				nils--
			} else if err != want {
				t.Fatalf("a call ended with %v", err)
			}
		case <-late:
			t.Fatalf("%d of %d calls sleep on", n-k, n)
		}
	}
	if nils != 0 {
		t.Fatalf("%d values were not delivered", nils)
	}
}

// TestMPMCReceiversHandOn: a push that is not done holds up those behind it, whose wakes are used
// up by receivers that find the gap. Once it is done, one wake has to reach all.
func TestMPMCReceiversHandOn(t *testing.T) {
	const n = 3
	x := heapCrowd(t, Options{Capacity: 4})
	slow := must[*Sender[message]](t)(x.Sender(x.sm))
	gap := must[uint64](t)(slow.claim())
	ended := x.popsAsleep(t, n)
	for i := range uint64(n - 1) {
		if err := x.s.TryPush(messageOf(1 + i)); err != nil {
			t.Fatal(err)
		}
		untilAsleep(x.toSenders, n)
	}
	slow.fill(gap, []message{messageOf(0)})
	ring(slow.bell, 1)
	allOf(t, ended, n, n, nil)
}

// TestMPMCSendersHandOn is the same on the other side: a value that is taken and not done with holds
// up the room behind it, or what may be overwritten there.
func TestMPMCSendersHandOn(t *testing.T) {
	const n = 4
	for _, mode := range []Overflow{Block, DropOldest} {
		x := heapCrowd(t, Options{Capacity: n, Overflow: mode})
		must[int](t)(x.s.TryPushBatch(make([]message, n)))
		slow := must[*Receiver[message]](t)(x.Receiver(x.rm))
		if err := slow.TryTake(new(message)); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, n)
		for range n {
			s := must[*Sender[message]](t)(x.Sender(x.sm))
			go func() { ended <- s.Push(t.Context(), message{}) }()
		}
		untilAsleep(x.toReceivers, n)
		for k := 1; k < n && mode == Block; k++ {
			if err := x.c.TryPop(new(message)); err != nil {
				t.Fatal(err)
			}
			untilAsleep(x.toReceivers, n)
		}
		slow.Done()
		allOf(t, ended, n, n, nil)
	}
}

// TestMPMCCloseWithPushUnderWay: receivers of a closed ring wait for a push that began before. When
// it is done one of them has the value, and the others the end.
func TestMPMCCloseWithPushUnderWay(t *testing.T) {
	const n = 3
	x := heapCrowd(t, Options{Capacity: 4})
	gap := must[uint64](t)(x.s.claim())
	ended := x.popsAsleep(t, n)
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	untilAsleep(x.toSenders, n)
	x.s.fill(gap, []message{messageOf(0)})
	ring(x.s.bell, 1)
	allOf(t, ended, n, 1, ErrClosed)
	if err := x.c.TryPop(new(message)); !errors.Is(err, ErrClosed) {
		t.Fatalf("afterwards: %v", err)
	}
}

// TestMPMCCloseBehindTheClaim: a push that is closed between its claim and its commit leaves a gap. The
// bell that it looks at is, here, the half of the cell's word that the claim writes, the sender's id, in
// which the bit of a closed ring is set: so it is closed at that very moment.
func TestMPMCCloseBehindTheClaim(t *testing.T) {
	for name, push := range map[string]func(s *Sender[message]) error{
		"one":   func(s *Sender[message]) error { return s.TryPush(messageOf(1)) },
		"batch": func(s *Sender[message]) error { _, err := s.TryPushBatch([]message{messageOf(1)}); return err },
	} {
		t.Run(name, func(t *testing.T) {
			x := heapCrowd(t, Options{Capacity: 4})
			if x.sm.ID()&closed == 0 {
				t.Fatalf("the sender's id is %#x", x.sm.ID())
			}
			x.s.bell = word32(x.mem, offCells)
			if err := push(x.s); err != ErrClosed {
				t.Errorf("a push that is closed behind its claim: %v", err)
			}
			x.s.bell = x.toSenders
			var v message
			if err := x.c.TryPop(&v); err != ErrEmpty {
				t.Errorf("a pop behind it: %v, %v", v, err)
			}
			if err := errors.Join(x.s.TryPush(messageOf(2)), x.c.TryPop(&v)); err != nil || v != messageOf(2) || x.c.Seq() != 1 {
				t.Errorf("the next: %v, %v, number %d", v, err, x.c.Seq())
			}
		})
	}
}
