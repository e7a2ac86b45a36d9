package ringbuf

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/testmem"
)

// station is a broadcast and its publisher, by a member of a town.
type station[T any] struct {
	*Broadcast[T]
	town *town
	mem  []byte
	pm   *double
	p    *Publisher[T]
}

func openCast[T any](tb testing.TB, mem []byte, o Options, first uint64) *station[T] {
	tb.Helper()
	t := &town{}
	x := &station[T]{Broadcast: must[*Broadcast[T]](tb)(newBroadcast[T](mem, o, first)), town: t, mem: mem, pm: t.member(1)}
	x.p = must[*Publisher[T]](tb)(x.Publisher(x.pm))
	return x
}

func sizeCast[T any](tb testing.TB, capacity int) int {
	tb.Helper()
	return must[int](tb)(SizeBroadcast[T](capacity))
}

func heapCast(t *testing.T, o Options) *station[message] {
	t.Helper()
	return openCast[message](t, testmem.Go(t, sizeCast[message](t, o.Capacity)), o, 0)
}

func (x *station[T]) join(t testing.TB, history int) *Subscriber[T] {
	t.Helper()
	return must[*Subscriber[T]](t)(x.Subscribe(x.town.member(2), history))
}

func TestBroadcastSmoke(t *testing.T) {
	for name, mem := range memories(t, sizeCast[message](t, 4)) {
		t.Run(name, func(t *testing.T) {
			x := openCast[message](t, mem, Options{Capacity: 3}, 0)
			all := []*Subscriber[message]{x.join(t, 0), x.join(t, 9)}
			for i := range uint64(4) {
				if err := x.p.TryPublish(messageOf(i)); err != nil || x.Len() != int(i)+1 {
					t.Fatalf("publish %d: %v, Len %d", i, err, x.Len())
				}
			}
			if err := x.p.TryPublish(message{}); err != ErrFull || x.Cap() != 4 {
				t.Fatalf("fifth: %v, Cap %d", err, x.Cap())
			}
			for _, s := range all {
				reads(t, s, 0, 4)
			}
			v := messageOf(9)
			if err := all[0].TryNext(&v); err != ErrEmpty || v != messageOf(9) {
				t.Fatalf("nothing to read: %v, %v", err, v)
			}
			if err := errors.Join(x.p.TryPublish(messageOf(4)), x.Close(), x.Close()); err != nil {
				t.Fatal(err)
			}
			if err := x.p.TryPublish(v); err != ErrClosed {
				t.Fatalf("publish after Close: %v", err)
			}
			for _, s := range all {
				reads(t, s, 4, 5)
				if err := s.TryNext(&v); err != ErrClosed {
					t.Fatalf("at the end: %v", err)
				}
			}
		})
	}
}

// reads reads the values from first to last-1.
func reads(t *testing.T, s *Subscriber[message], first, last uint64) {
	t.Helper()
	var v message
	for i := first; i != last; i++ {
		if err := s.TryNext(&v); err != nil || v != messageOf(i) || s.Seq() != i+1 {
			t.Fatalf("value %d: %v, %v, Seq %d", i, v, err, s.Seq())
		}
	}
}

func TestBroadcastTables(t *testing.T) {
	tableCast[[1]byte](t)
	tableCast[[7]byte](t)
	tableCast[[8]byte](t)
	tableCast[[9]byte](t)
	tableCast[[63]byte](t)
	tableCast[[64]byte](t)
	tableCast[[65]byte](t)
	tableCast[[129]byte](t)
	tableCast[[4096]byte](t)
	tableCast[uint16](t)
}

// tableCast publishes and reads in batches of each size, over memory whose neighbours fault.
func tableCast[T any](t *testing.T) {
	for _, capacity := range []int{1, 2, 8} {
		for _, side := range []testmem.Side{testmem.Start, testmem.End} {
			x := openCast[T](t, testmem.Guarded(t, sizeCast[T](t, capacity), side), Options{Capacity: capacity}, 0)
			s := x.join(t, 0)
			w, r := 0, 0
			for in := range x.Cap() + 2 {
				for out := range x.Cap() + 2 {
					src, dst := make([]T, in), make([]T, out)
					for k := range src {
						src[k] = numbered[T](w + k)
					}
					n, err := x.p.TryPublishBatch(src)
					if want := min(in, x.Cap()-(w-r)); n != want || (err != nil) != (in > 0 && n == 0) {
						t.Fatalf("publish %d with %d unread: %d, %v", in, w-r, n, err)
					}
					w += n
					n, err = s.TryNextBatch(dst)
					if want := min(out, w-r); n != want || (err != nil) != (out > 0 && n == 0) {
						t.Fatalf("read %d of %d: %d, %v", out, w-r, n, err)
					}
					for k := range n {
						if any(dst[k]) != any(numbered[T](r+k)) {
							t.Fatalf("%T %d is %v", dst[k], r+k, dst[k])
						}
					}
					r += n
				}
			}
		}
	}
}

// TestBroadcastHistory: a late subscriber begins with what it asked for, or what there is, and has
// no gap behind it.
func TestBroadcastHistory(t *testing.T) {
	for _, mode := range []Overflow{Block, DropOldest} {
		for published := range uint64(13) {
			for asked := range 12 {
				x := heapCast(t, Options{Capacity: 8, Overflow: mode})
				for i := range published {
					if err := x.p.TryPublish(messageOf(i)); err != nil {
						t.Fatal(err)
					}
				}
				s := x.join(t, asked)
				reads(t, s, published-min(uint64(asked), published, 8), published)
				for i := published; i < published+8; i++ {
					if err := x.p.TryPublish(messageOf(i)); err != nil {
						t.Fatalf("%v: publish %d: %v", mode, i, err)
					}
				}
				if err := x.p.TryPublish(message{}); (err == ErrFull) != (mode == Block) {
					t.Fatalf("%v: one more: %v", mode, err)
				}
				if mode == Block {
					reads(t, s, published, published+8)
				}
			}
		}
	}
}

// TestBroadcastLost: a lapped subscriber knows exactly how much it has lost.
func TestBroadcastLost(t *testing.T) {
	for _, capacity := range []int{2, 4, 16} {
		x := heapCast(t, Options{Capacity: capacity, Overflow: DropOldest})
		s := x.join(t, 0)
		rng, read, published := rand.New(rand.NewPCG(1, 2)), uint64(0), uint64(0)
		for range 2000 {
			for range rng.IntN(3 * capacity) {
				if err := x.p.TryPublish(messageOf(published)); err != nil {
					t.Fatal(err)
				}
				published++
			}
			for range rng.IntN(2 * capacity) {
				v := messageOf(1 << 60)
				if err := s.TryNext(&v); err != nil {
					if err != ErrEmpty || s.Seq() != published || v != messageOf(1<<60) {
						t.Fatalf("%v at %d of %d", err, s.Seq(), published)
					}
					break
				}
				if read++; v != messageOf(s.Seq()-1) || read+s.Lost() != s.Seq() {
					t.Fatalf("value %d is %v; %d read, %d lost", s.Seq()-1, v, read, s.Lost())
				}
			}
		}
		if s.Lost() == 0 || s.Lost() == published {
			t.Errorf("%d lost of %d", s.Lost(), published)
		}
	}
}

func TestBroadcastContextEndsAWait(t *testing.T) {
	x := heapCast(t, Options{Capacity: 2})
	s := x.join(t, 0)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.Next(ctx); err != context.DeadlineExceeded {
		t.Fatalf("next: %v", err)
	}
	for i := range uint64(2) { // the deadline is past, but there is room
		if err := x.p.Publish(ctx, messageOf(i)); err != nil {
			t.Fatalf("publish with room: %v", err)
		}
	}
	if err := x.p.Publish(ctx, message{}); err != context.DeadlineExceeded {
		t.Fatalf("publish to a full ring: %v", err)
	}
	if v, err := s.Next(ctx); err != nil || v != messageOf(0) {
		t.Fatalf("next with a value: %v, %v", v, err)
	}
}

func TestBroadcastNoAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	for _, mode := range []Overflow{Block, DropOldest} {
		x := heapCast(t, Options{Capacity: 8, Overflow: mode})
		s := x.join(t, 0)
		src, dst := make([]message, 4), make([]message, 4)
		var v message
		for what, f := range map[string]func(){
			"one":      func() { _ = x.p.TryPublish(v); _ = s.TryNext(&v) },
			"batch":    func() { _, _ = x.p.TryPublishBatch(src); _, _ = s.TryNextBatch(dst) },
			"blocking": func() { _ = x.p.Publish(t.Context(), v); _, _ = s.Next(t.Context()) },
			"empty":    func() { _ = s.TryNext(&v) },
		} {
			if n := testing.AllocsPerRun(3000, f); n != 0 {
				t.Errorf("%v, %s: %v allocations", mode, what, n)
			}
		}
	}
}
