package ringbuf

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/reexec"
)

// TestBytesKill9 kills one side at work or asleep, and goes on as its successor.
func TestBytesKill9(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for form, many := range forms {
		for k, h := range bytesHows {
			for round := range rounds(2, 100) {
				atWork := time.Duration(rng.IntN(2000)) * time.Microsecond
				t.Run(fmt.Sprint(form, "/producer/", h.name, "/", round), func(t *testing.T) { killBytesProducer(t, many, k, atWork) })
				t.Run(fmt.Sprint(form, "/consumer/", h.name, "/", round), func(t *testing.T) { killBytesConsumer(t, many, k, atWork) })
			}
		}
	}
}

// killBytesProducer kills one sender at work; in a ring of many, another one goes on.
func killBytesProducer(t *testing.T, many bool, k int, atWork time.Duration) {
	s := newBytesSegment(t, BytesOptions{512, many})
	r, m := s.bytesHere(t)
	victim := s.start(t, bytesSender, "512", fmt.Sprint(k), "0", "0", endless)
	victim.WaitAt("ready")
	const survivors = 300
	var other *reexec.Proc
	if many {
		other = s.start(t, bytesSender, "512", fmt.Sprint(k), "1", "0", fmt.Sprint(survivors))
	}
	c := must[*BytesConsumer](t)(r.Consumer(m))
	got := &bytesReceiver{next: map[uint64]uint64{}, most: r.MaxMessage()}
	var dead atomic.Bool
	err := killDuring(victim, max(atWork, 1), func() error {
		if dead.Load() && got.next[1] == survivors {
			return errSurvivorsDone
		}
		return bytesHows[k].receive(t.Context(), c, got.each)
	}, func() { dead.Store(true); r.Flush() })
	for many && err == ErrFlushed && got.next[1] < survivors { // it was asleep when the other was killed
		if err = bytesHows[k].receive(t.Context(), c, got.each); err == nil {
			err = ErrFlushed
		}
	}
	if !many && err != ErrPeerDied && err != ErrFlushed || many && err != ErrFlushed && err != errSurvivorsDone {
		t.Fatalf("after %v: %v", got.next, err)
	}
	if other != nil {
		if st := other.Wait(); st.Code != 0 {
			t.Fatalf("the other ended with %v: %s", st, other.Output())
		}
	}
	r.flush.Store(0) // it may have come to nobody
	drainNumbered(t, c, got)
	if err := bytesWhole(must[*BytesProducer](t)(r.Producer(m)), c); err != nil {
		t.Error(err)
	}
}

// errSurvivorsDone says that everything has come from those who were not killed.
var errSurvivorsDone = errors.New("all is here")

// drainNumbered reads what is left, past what the dead left.
func drainNumbered(t *testing.T, c *BytesConsumer, got *bytesReceiver) {
	t.Helper()
	for c.ring.Len() > 0 {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		v, err := c.Peek(ctx)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) || err == ErrPeerDied {
			continue // until the death is seen
		}
		if err == nil {
			err = got.each(v.Bytes())
		}
		if err != nil {
			t.Fatal(err)
		}
		v.Release()
	}
}

// killBytesConsumer kills the receiver at work.
func killBytesConsumer(t *testing.T, many bool, k int, atWork time.Duration) {
	s := newBytesSegment(t, BytesOptions{512, many})
	r, m := s.bytesHere(t)
	victim := s.start(t, bytesTaker, "512", fmt.Sprint(k), endless)
	victim.WaitAt("ready")
	p := must[*BytesProducer](t)(r.Producer(m))
	i := uint64(0)
	err := killDuring(victim, max(atWork, 1), func() error {
		err := p.Push(t.Context(), numberedBytes(0, i, r.MaxMessage()))
		if err == nil {
			i++
		}
		return err
	})
	if err != ErrPeerDied {
		t.Fatalf("push: %v", err)
	}
	c := must[*BytesConsumer](t)(r.Consumer(m))
	first := i
	for {
		v, err := c.TryPeek()
		if err == ErrEmpty {
			break
		}
		who, n, rerr := readNumbered(v.Bytes(), r.MaxMessage())
		if err != nil || rerr != nil || who != 0 || first != i && n != first {
			t.Fatalf("message %d, want %d: %v, %v", n, first, err, rerr)
		}
		first = n + 1
		v.Release()
	}
	if first != i {
		t.Errorf("the last is %d of %d", first, i)
	}
	if err := bytesWhole(p, c); err != nil {
		t.Error(err)
	}
}
