package ringbuf

import (
	"errors"
	"testing"
	"time"
)

// patience is how long a call that ought to have been woken may sleep.
const patience = 10 * time.Second

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
