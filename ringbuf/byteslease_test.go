package ringbuf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

// takeAll pops what is there.
func takeAll(t *testing.T, c *BytesConsumer) (all []string) {
	t.Helper()
	for {
		v, err := c.TryPeek()
		if err == ErrEmpty || err == ErrClosed {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(v.Bytes()))
		v.Release()
	}
}

func claimWith(t *testing.T, p *BytesProducer, s string) Lease {
	t.Helper()
	l := must[Lease](t)(p.TryClaim(len(s)))
	copy(l.Bytes(), s)
	return l
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestLeaseOrder: records are seen in the order of their claims, and none before it is committed.
func TestLeaseOrder(t *testing.T) {
	for form, many := range forms {
		x := heapBytes(t, 256, many)
		a, b := claimWith(t, x.p, "a"), claimWith(t, x.p, "bb")
		noError(t, x.p.TryPush([]byte("ccc")))
		noError(t, b.Commit())
		if got := takeAll(t, x.c); got != nil {
			t.Errorf("%s: behind an open lease: %q", form, got)
		}
		if x.c.Unblock() {
			t.Errorf("%s: unblocked a live producer", form)
		}
		noError(t, a.Commit())
		if got := takeAll(t, x.c); !slices.Equal(got, []string{"a", "bb", "ccc"}) {
			t.Errorf("%s: %q", form, got)
		}
		if x.c.Unblock() || x.Len() != 0 {
			t.Errorf("%s: unblocked an empty ring, Len %d", form, x.Len())
		}
	}
}

// TestLeaseAbort: what is aborted is never seen and takes no room, at the wrap neither.
func TestLeaseAbort(t *testing.T) {
	for form, many := range forms {
		x := heapBytes(t, 128, many)
		for round := range 100 {
			ls := []Lease{claimWith(t, x.p, "one"), claimWith(t, x.p, "two"), claimWith(t, x.p, fmt.Sprint("three", round))}
			noError(t, ls[2].Commit())
			noError(t, ls[round%2].Abort())
			noError(t, ls[1-round%2].Commit())
			want := []string{[]string{"two", "one"}[round%2], fmt.Sprint("three", round)}
			if got := takeAll(t, x.c); !slices.Equal(got, want) {
				t.Fatalf("%s: %q, want %q", form, got, want)
			}
		}
		noError(t, claimWith(t, x.p, "x").Abort())
		if got := takeAll(t, x.c); got != nil || x.Len() != 0 {
			t.Errorf("%s: after an abort: %q, Len %d", form, got, x.Len())
		}
	}
}

// TestLeaseTwice: a lease is settled once, whatever has happened to its place since.
func TestLeaseTwice(t *testing.T) {
	for form, many := range forms {
		x := heapBytes(t, 64, many)
		old := claimWith(t, x.p, "12345678")
		noError(t, old.Commit())
		for lap := range 5 {
			for what, f := range map[string]func() error{"commit": old.Commit, "abort": old.Abort, "zero": Lease{}.Commit} {
				if err := f(); err != ErrLease {
					t.Errorf("%s, lap %d: %s again: %v", form, lap, what, err)
				}
			}
			takeAll(t, x.c)
			var open Lease
			for range 4 { // a lap: the last one stands where old did
				open = claimWith(t, x.p, "abcdefgh")
				if err := old.Commit(); err != ErrLease {
					t.Errorf("%s, lap %d: the old lease settles another: %v", form, lap, err)
				}
				noError(t, open.Abort())
				takeAll(t, x.c)
			}
		}
		open := claimWith(t, x.p, "zz")
		if !panics(x.p.Release) {
			t.Errorf("%s: released with an open lease", form)
		}
		noError(t, open.Abort())
		x.p.Release()
		if !panics(func() { _ = open.Commit() }) || !panics(func() { _ = x.p.TryPush(nil) }) {
			t.Errorf("%s: a released handle works", form)
		}
	}
}

// TestLeaseAfterClose: a lease cannot be committed after Close, and does not hide what stands behind
// it; nor does its producer, who may still be writing, lose the memory.
func TestLeaseAfterClose(t *testing.T) {
	for form, many := range forms {
		x := heapBytes(t, 256, many)
		open := claimWith(t, x.p, "open")
		noError(t, x.p.TryPush([]byte("behind")))
		noError(t, x.Close())
		v, err := x.c.Peek(t.Context())
		if err != nil || string(v.Bytes()) != "behind" {
			t.Fatalf("%s: %q, %v", form, v.Bytes(), err)
		}
		v.Release()
		if _, err := x.c.Peek(t.Context()); err != ErrClosed {
			t.Errorf("%s: drained: %v", form, err)
		}
		if x.head.Load() != 0 {
			t.Errorf("%s: the open lease's memory was given back", form)
		}
		if err := open.Commit(); err != ErrClosed {
			t.Errorf("%s: commit: %v", form, err)
		}
	}
}

// TestViewStays: a view is unchanged until it is released, even when the ring is filled up.
func TestViewStays(t *testing.T) {
	for form, many := range forms {
		x := heapBytes(t, 256, many)
		noError(t, x.p.TryPush([]byte("keep me as I am")))
		noError(t, x.p.TryPush([]byte("and me")))
		a, b := must[View](t)(x.c.TryPeek()), must[View](t)(x.c.TryPeek())
		fill := func() (n int) {
			for x.p.TryPush(bytes.Repeat([]byte{'#'}, 20)) == nil {
				n++
			}
			return n
		}
		fill()
		if string(a.Bytes()) != "keep me as I am" || string(b.Bytes()) != "and me" || a.Seq() >= b.Seq() {
			t.Errorf("%s: %q, %q", form, a.Bytes(), b.Bytes())
		}
		if !panics(func() { _, _ = x.c.TryPop(make([]byte, 100)) }) {
			t.Errorf("%s: pop with views out does not panic", form)
		}
		a.Release()
		a.Release() // again is nothing
		if string(b.Bytes()) != "and me" || fill() != 0 {
			t.Errorf("%s: after the first release: %q", form, b.Bytes())
		}
		b.Release()
		if fill() == 0 {
			t.Errorf("%s: no room after the second release", form)
		}
	}
}

// TestFlush: what is pending first, then ErrFlushed once.
func TestFlush(t *testing.T) {
	for form, many := range forms {
		x := heapBytes(t, 256, many)
		noError(t, x.p.TryPush([]byte("pending")))
		x.Flush()
		x.Flush()
		buf := make([]byte, 10)
		if n, err := x.c.Pop(t.Context(), buf); err != nil || string(buf[:n]) != "pending" {
			t.Errorf("%s: %q, %v", form, buf[:n], err)
		}
		if _, err := x.c.Pop(t.Context(), buf); err != ErrFlushed {
			t.Errorf("%s: %v, want ErrFlushed", form, err)
		}
		if _, err := x.c.TryPop(buf); err != ErrEmpty {
			t.Errorf("%s: %v, want ErrEmpty", form, err)
		}
		go func() {
			untilParked(x.toProducer.Load)
			x.Flush()
		}()
		if _, err := x.c.Pop(t.Context(), buf); err != ErrFlushed {
			t.Errorf("%s: asleep: %v, want ErrFlushed", form, err)
		}
		noError(t, x.p.TryPush([]byte("goes on")))
		if n, err := x.c.Pop(t.Context(), buf); err != nil || string(buf[:n]) != "goes on" {
			t.Errorf("%s: %q, %v", form, buf[:n], err)
		}
	}
}

// TestBytesContext: a wait ends with its context, and what can be had at once is had without one.
func TestBytesContext(t *testing.T) {
	for form, many := range forms {
		x := heapBytes(t, 64, many)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if _, err := x.c.Pop(ctx, nil); err != context.DeadlineExceeded {
			t.Fatalf("%s: pop: %v", form, err)
		}
		for range 8 {
			noError(t, x.p.Push(ctx, nil)) // the deadline is past, but there is room
		}
		if err := x.p.Push(ctx, nil); err != context.DeadlineExceeded {
			t.Errorf("%s: push to a full ring: %v", form, err)
		}
		if _, err := x.p.Claim(ctx, 0); err != context.DeadlineExceeded {
			t.Errorf("%s: claim in a full ring: %v", form, err)
		}
		if _, err := x.c.Pop(ctx, nil); err != nil {
			t.Errorf("%s: pop with data: %v", form, err)
		}
	}
}

// TestBytesClose wakes both sides.
func TestBytesClose(t *testing.T) {
	for form, many := range forms {
		x := heapBytes(t, 64, many)
		for range 8 {
			noError(t, x.p.TryPush(nil))
		}
		go func() {
			untilParked(x.toConsumer.Load)
			_ = x.Close()
		}()
		if err := x.p.Push(t.Context(), nil); err != ErrClosed {
			t.Errorf("%s: push: %v", form, err)
		}
		if got := len(takeAll(t, x.c)); got != 8 {
			t.Errorf("%s: drained %d", form, got)
		}
		x = heapBytes(t, 64, many)
		go func() {
			untilParked(x.toProducer.Load)
			x.toProducer.Or(closed) // half a Close: who sleeps finishes it
			ringOnce(x.toProducer)
		}()
		if _, err := x.c.Pop(t.Context(), nil); err != ErrClosed || x.toConsumer.Load()&closed == 0 {
			t.Errorf("%s: pop: %v", form, err)
		}
		x = heapBytes(t, 64, many)
		x.toProducer.Or(poisoned)
		if _, err := x.c.Pop(t.Context(), nil); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: pop of a half poisoned ring: %v", form, err)
		}
	}
}
