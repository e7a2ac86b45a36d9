package ringbuf

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/spin"
)

// TestBytesNoLostWake: each record is published when the consumer is just going to sleep, a little
// earlier or a little later, by every kind of publication; and then the same with room for the
// producers.
func TestBytesNoLostWake(t *testing.T) {
	for form, many := range forms {
		for name, mem := range memories(t, bytesSize(t, 64)) {
			t.Run(form+"/"+name, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), watchdog)
				defer cancel()
				n := uint64(rounds(8_000, 250_000)) // for both kinds of memory, both forms and directions: 1e6
				t.Run("peek", func(t *testing.T) { peeksAsleep(ctx, t, openBytes(t, mem, BytesOptions{64, many}, 0), n) })
				t.Run("claim", func(t *testing.T) { claimsAsleep(ctx, t, openBytes(t, mem, BytesOptions{64, many}, 0), n) })
			})
		}
	}
}

func peeksAsleep(ctx context.Context, t *testing.T, x *bytesPair, n uint64) {
	pushed := make(chan error)
	go func() {
		b := make([]byte, 8)
		for i := range n {
			for s := (spin.Spinner{}); x.toProducer.Load() == 0 && s.Next(); { // until the consumer's flag is up
			}
			spin.Pause(uint32(i % 64))
			binary.LittleEndian.PutUint64(b, i)
			if i%3 == 0 { // padding in front, which wakes for nothing
				if l, err := x.p.Claim(ctx, 0); err == nil {
					_ = l.Abort()
				}
			}
			if err := bytesHows[i%3].send(ctx, x.p, b); err != nil {
				pushed <- err
				return
			}
		}
		pushed <- nil
	}()
	for i := range n {
		v, err := x.c.peekParked(ctx)
		if err != nil || binary.LittleEndian.Uint64(v.Bytes()) != i {
			t.Fatalf("record %d: %x, %v", i, v.Bytes(), err)
		}
		v.Release()
	}
	if err := <-pushed; err != nil {
		t.Fatal(err)
	}
}

// claimsAsleep has producers, two if the ring is of many, wait for the room of one record.
func claimsAsleep(ctx context.Context, t *testing.T, x *bytesPair, n uint64) {
	producers := []*BytesProducer{x.p}
	if x.many {
		producers = append(producers, must[*BytesProducer](t)(x.Producer(x.town.member(3))))
	}
	ended := make(chan error)
	each := n / uint64(len(producers))
	for _, p := range producers {
		go func() {
			for range each {
				l, err := p.claimSlow(ctx, 24)
				if err == nil {
					err = l.Commit()
				}
				if err != nil {
					ended <- err
					return
				}
			}
			ended <- nil
		}()
	}
	for i := range each * uint64(len(producers)) {
		for s := (spin.Spinner{}); x.toConsumer.Load() == 0 && s.Next(); { // until a producer's flag is up
		}
		spin.Pause(uint32(i % 64))
		v, err := x.c.Peek(ctx)
		if err != nil {
			t.Fatalf("record %d: %v", i, err)
		}
		v.Release()
	}
	for range producers {
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	}
}

// TestBytesRoles: who may have which, and what a successor finds.
func TestBytesRoles(t *testing.T) {
	for form, many := range forms {
		x := heapBytes(t, 256, many)
		third := x.town.member(3)
		for _, m := range []futex.Member{third, x.pm, x.cm} { // neither another process nor the same one
			if _, err := x.Producer(m); errors.Is(err, ErrBusy) == many {
				t.Errorf("%s: second producer: %v", form, err)
			}
			if _, err := x.Consumer(m); !errors.Is(err, ErrBusy) {
				t.Errorf("%s: second consumer: %v", form, err)
			}
		}
		noError(t, x.p.TryPush([]byte("one")))
		noError(t, x.p.TryPush([]byte("two")))
		x.p.Release()
		x.p.Release() // again is nothing
		one := must[View](t)(x.c.TryPeek())
		must[View](t)(x.c.TryPeek())
		one.Release()
		x.town.kill(x.cm.id)
		c := must[*BytesConsumer](t)(x.Consumer(third))
		two := must[View](t)(c.TryPeek()) // again: it was not given back
		if string(two.Bytes()) != "two" || two.Seq() != one.Seq()+16 {
			t.Errorf("%s: %q, Seq %d", form, two.Bytes(), two.Seq())
		}
		two.Release()
		c.Release()
		if !panics(func() { _, _ = c.TryPeek() }) || !panics(func() { c.Unblock() }) {
			t.Errorf("%s: a released consumer works", form)
		}
		x.cm = third
		if err := bytesWhole(must[*BytesProducer](t)(x.Producer(third)), must[*BytesConsumer](t)(x.Consumer(third))); err != nil {
			t.Errorf("%s: %v", form, err)
		}
	}
}

// TestBytesPeerDies: a death ends the other side's wait, after what is stored was delivered.
func TestBytesPeerDies(t *testing.T) {
	for form, many := range forms {
		x := heapBytes(t, 64, many)
		noError(t, x.p.TryPush(nil))
		l := must[Lease](t)(x.p.TryClaim(3))
		go func() {
			untilParked(x.toProducer.Load)
			x.town.kill(x.pm.id, x.cm)
			if many { // what the dead left is passed over, but others may come
				x.Flush()
			}
		}()
		must[int](t)(x.c.Pop(t.Context(), nil))
		if _, err := x.c.Pop(t.Context(), nil); err != map[bool]error{false: ErrPeerDied, true: ErrFlushed}[many] || x.Len() != 0 {
			t.Errorf("%s: pop: %v, Len %d", form, err, x.Len())
		}
		if err := l.Commit(); err != ErrLease {
			t.Errorf("%s: commit of what was unblocked: %v", form, err)
		}
		p := must[*BytesProducer](t)(x.Producer(x.town.member(4)))
		for p.TryPush(nil) == nil {
		}
		go func() {
			untilParked(x.toConsumer.Load)
			x.town.kill(x.cm.id, p.member.(*double))
		}()
		for range 2 {
			if err := p.Push(t.Context(), nil); err != ErrPeerDied {
				t.Errorf("%s: push: %v", form, err)
			}
		}
	}
}

// TestBytesBusyTail: a Try form does not wait for a producer that stands still with the tail locked;
// the others wait until it goes on, or dies.
func TestBytesBusyTail(t *testing.T) {
	x := heapBytes(t, 64, true)
	other := must[*BytesProducer](t)(x.Producer(x.town.member(3)))
	noError(t, other.lockTail(t.Context()))
	if err := x.p.TryPush(nil); err != ErrBusy {
		t.Errorf("try: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := x.p.Push(ctx, nil); err != context.DeadlineExceeded {
		t.Errorf("push: %v", err)
	}
	x.town.kill(3, x.pm)
	if err := x.p.TryPush(nil); err != nil {
		t.Errorf("after its death: %v", err)
	}
	noError(t, x.p.Push(t.Context(), nil))
}

// TestBytesMutexTaken: a peer that overwrites the lock that we hold does not panic us.
func TestBytesMutexTaken(t *testing.T) {
	for _, word := range []uint32{0, 1 << 31, 2, 1<<30 - 1, 1 << 30} {
		x := heapBytes(t, 64, true)
		noError(t, x.p.lockTail(t.Context()))
		word32(x.mem, offBytesMutex).Store(word)
		x.p.heal()
		x.p.unlockTail()
		if err := x.p.TryPush(nil); !errors.Is(err, ErrCorrupt) {
			t.Errorf("word %#x: %v", word, err)
		}
	}
}
