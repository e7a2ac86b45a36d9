package ringbuf

import (
	"errors"
	"testing"

	"github.com/shmengine/shmengine/futex"
)

// A producer that gets the lock of the tail when the others have just filled the ring lets it go again.
func TestBytesFilledWhileLocking(t *testing.T) {
	x := heapBytes(t, 128, true)
	other := must[*BytesProducer](t)(x.Bytes.Producer(x.town.member(3)))
	noError(t, other.lockTail(atOnce))
	claimed := make(chan error, 1)
	go func() { _, err := x.p.claim(t.Context(), 8); claimed <- err }()
	untilAsleep(word32(x.mem, offBytesMutex), 1)
	for {
		tail, err := other.roomNow(16)
		if err != nil {
			break
		}
		_, end := other.place(tail, 16, stored(16, 0))
		x.tail.Store(end)
	}
	other.unlockTail()
	if err := <-claimed; err != ErrFull || x.mutex.Holder() != futex.NoID {
		t.Errorf("claim: %v; the lock is %#x's", err, x.mutex.Holder())
	}
}

// A lease that is settled is nobody's, with a fence or without: not even when there is another record of ours at its
// place.
func TestBytesSettledIsOver(t *testing.T) {
	for _, fast := range []bool{false, plainStores} {
		for form, many := range forms {
			x := heapBytes(t, 64, many)
			x.p.fast = fast && registerBarrier() && goPlain(x.plainPush)
			l := must[Lease](t)(x.p.TryClaim(8))
			noError(t, l.Commit())
			late := []error{l.Commit(), l.Abort()}
			if n, err := x.c.TryPop(make([]byte, 8)); n != 8 || err != nil {
				t.Fatalf("%s, fast %v: pop: %d, %v", form, fast, n, err)
			}
			for range 3 { // round the ring, to the same place
				noError(t, x.p.TryPush(make([]byte, 8)))
				must[int](t)(x.c.TryPop(make([]byte, 8)))
			}
			next := must[Lease](t)(x.p.TryClaim(16)) // and one of another length there
			for _, err := range append(late, l.Commit(), l.Abort()) {
				if !errors.Is(err, ErrLease) {
					t.Errorf("%s, fast %v: settled again: %v", form, fast, err)
				}
			}
			noError(t, next.Commit())
			if n, err := x.c.TryPop(make([]byte, 16)); n != 16 || err != nil {
				t.Errorf("%s, fast %v: the next one: %d, %v", form, fast, n, err)
			}
		}
	}
}

// A batch ends in front of a message that is too long for the ring, though there is room for it now.
func TestBytesBatchBeforeTooLong(t *testing.T) {
	for form, many := range forms {
		x := heapBytes(t, 64, many)
		long := make([]byte, x.MaxMessage()+1)
		if n, err := x.p.TryPushBatch([][]byte{make([]byte, 8), long}); n != 1 || err != nil {
			t.Errorf("%s: %d, %v", form, n, err)
		}
		if n, err := x.p.TryPushBatch([][]byte{long}); n != 0 || !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: the long one: %d, %v", form, n, err)
		}
	}
}
