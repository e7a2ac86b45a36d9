package ringbuf

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/shmengine/shmengine/internal/spin"
)

// TestReleaseWithPadding: what was aborted behind a view, and has been looked past, is given back with
// it: else the longest message would wait for room that nobody gives back.
func TestReleaseWithPadding(t *testing.T) {
	for form, many := range forms {
		x := heapBytes(t, 64, many)
		noError(t, x.p.TryPush([]byte("kept")))
		noError(t, claimWith(t, x.p, "aborted: 16 byte").Abort())
		v := must[View](t)(x.c.TryPeek())
		if _, err := x.c.TryPeek(); err != ErrEmpty {
			t.Fatalf("%s: behind it: %v", form, err)
		}
		v.Release()
		if x.Len() != 0 {
			t.Errorf("%s: Len %d", form, x.Len())
		}
		if err := x.p.TryPush(make([]byte, x.MaxMessage())); err != nil {
			t.Errorf("%s: the longest message: %v", form, err)
		}
	}
}

// TestFlushBehindLease: a record that is claimed and not committed does not keep Flush from the
// consumer, awake or asleep.
func TestFlushBehindLease(t *testing.T) {
	for form, many := range forms {
		x := heapBytes(t, 256, many)
		open := claimWith(t, x.p, "open")
		x.Flush()
		if _, err := x.c.Peek(t.Context()); err != ErrFlushed {
			t.Errorf("%s: %v, want ErrFlushed", form, err)
		}
		if _, err := x.c.TryPeek(); err != ErrEmpty {
			t.Errorf("%s: %v, want ErrEmpty", form, err)
		}
		go func() {
			untilParked(x.toProducer.Load)
			x.Flush()
		}()
		ctx, cancel := context.WithTimeout(t.Context(), watchdog)
		if _, err := x.c.Peek(ctx); err != ErrFlushed {
			t.Errorf("%s: asleep: %v, want ErrFlushed", form, err)
		}
		cancel()
		noError(t, open.Commit())
		if got := takeAll(t, x.c); !slices.Equal(got, []string{"open"}) {
			t.Errorf("%s: %q", form, got)
		}
	}
}

// TestFlushAfterRecord: a consumer that finds nothing just when a record is pushed and the ring
// flushed gets the record first.
func TestFlushAfterRecord(t *testing.T) {
	for form, many := range forms {
		x := heapBytes(t, 256, many)
		var turn atomic.Uint64
		n, early := uint64(rounds(5_000, 500_000)), 0
		ended := make(chan error)
		go func() { ended <- pushAndFlush(x, &turn, n) }()
		for i := uint64(1); i <= n; i++ {
			turn.Store(i)
			if untilFlushed(x.c) == 0 {
				early++
				must[int](t)(x.c.Pop(t.Context(), nil))
			}
		}
		noError(t, <-ended)
		if early > 0 {
			t.Errorf("%s: flushed in front of the record %d times of %d", form, early, n)
		}
	}
}

// pushAndFlush does so at each turn up to n.
func pushAndFlush(x *bytesPair, turn *atomic.Uint64, n uint64) error {
	for i := uint64(1); i <= n; i++ {
		for turn.Load() != i {
			spin.Pause(1)
			letRun()
		}
		spin.Pause(uint32(i % 16))
		if err := x.p.TryPush(nil); err != nil {
			return err
		}
		x.Flush()
	}
	return nil
}

// untilFlushed is how many records come before ErrFlushed.
func untilFlushed(c *BytesConsumer) (n int) {
	for {
		v, err := c.TryPeek()
		switch err {
		case nil:
			v.Release()
			n++
		case ErrFlushed:
			return n
		}
		letRun()
	}
}

// letRun lets the other goroutine run, where there is one CPU for both.
func letRun() {
	if runtime.GOMAXPROCS(0) == 1 {
		runtime.Gosched()
	}
	spin.Checkpoint()
}

// TestBytesRecordPastTheEnd: a header that a peer has made so long that the record would go on behind
// the end of the memory, though not past the tail.
func TestBytesRecordPastTheEnd(t *testing.T) {
	for form, many := range forms {
		x := heapBytes(t, 64, many)
		noError(t, x.p.TryPush(make([]byte, 24)))
		takeAll(t, x.c)
		noError(t, x.p.TryPush(make([]byte, 24))) // up to the end
		noError(t, x.p.TryPush(make([]byte, 24)))
		x.data.at(32).Store(uint64(stored(48, 0)))
		if v, err := x.c.TryPeek(); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %d bytes, %v", form, len(v.Bytes()), err)
		}
	}
}
