package ringbuf

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/testmem"
	"pgregory.net/rapid"
)

// TestBroadcastFuzz runs random calls against a slice of all that was published.
func TestBroadcastFuzz(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		o := Options{Capacity: rapid.IntRange(1, 9).Draw(rt, "capacity"), Overflow: Overflow(rapid.IntRange(0, 1).Draw(rt, "mode"))}
		mem := testmem.Go(t, sizeCast[message](t, o.Capacity))
		f := &slowCast{t: t, base: rapid.Uint64().Draw(rt, "first")}
		f.x = openCast[message](t, mem, o, f.base)
		rt.Repeat(map[string]func(*rapid.T){"publish": f.publish, "read": f.read, "join": f.join, "leave": f.leave, "succeed": f.succeed, "close": f.close, "": f.check})
	})
}

// slowCast is what a broadcast should do: value i is messageOf(i), and where each subscriber is.
type slowCast struct {
	t         *testing.T
	x         *station[message]
	base      uint64 // sequence number of value 0
	published uint64
	shut      bool
	subs      []*slowSub
}

type slowSub struct {
	s          *Subscriber[message]
	next, lost uint64
}

func (f *slowCast) publish(t *rapid.T) {
	n := rapid.IntRange(1, 12).Draw(t, "n")
	src := make([]message, n)
	for k := range src {
		src[k] = messageOf(f.published + uint64(k))
	}
	room := uint64(f.x.Cap())
	for _, q := range f.subs {
		room = min(room, q.next+uint64(f.x.Cap())-f.published)
	}
	if f.x.mode == DropOldest {
		room = max(1, uint64(f.x.Cap())/2)
	}
	want, wantErr := min(n, int(room)), error(nil)
	if f.shut {
		want, wantErr = 0, ErrClosed
	} else if want == 0 {
		wantErr = ErrFull
	}
	got, err := f.x.p.TryPublishBatch(src)
	if n == 1 && err == nil && got == 1 && rapid.Bool().Draw(t, "one more") { // and one by one
		f.published++
		if err := f.x.p.TryPublish(messageOf(f.published)); (err == ErrFull) != (f.x.mode == Block && room == 1) || err != nil && err != ErrFull {
			t.Fatalf("one more: %v, room for %d", err, room-1)
		} else if err != nil {
			got = 0
		}
		want = got
	}
	if got != want || err != wantErr {
		t.Fatalf("publish %d: %d, %v; want %d, %v", n, got, err, want, wantErr)
	}
	f.published += uint64(got)
}

func (f *slowCast) read(t *rapid.T) {
	if len(f.subs) == 0 {
		return
	}
	q := rapid.SampledFrom(f.subs).Draw(t, "who")
	dst := make([]message, rapid.IntRange(1, 12).Draw(t, "n"))
	n, err := q.s.TryNextBatch(dst)
	switch {
	case err == nil && q.next < f.published:
	case q.next == f.published && n == 0 && (f.shut && err == ErrClosed || !f.shut && err == ErrEmpty):
		return
	default:
		t.Fatalf("read at %d of %d: %d, %v", q.next, f.published, n, err)
	}
	lost := q.s.Lost() - q.lost
	if lapped := f.published-q.next > uint64(f.x.Cap()); lapped != (lost > 0) || lost > f.published-q.next {
		t.Fatalf("lost %d at %d of %d", lost, q.next, f.published)
	}
	q.lost += lost
	q.next += lost
	for k := range n {
		if dst[k] != messageOf(q.next+uint64(k)) {
			t.Fatalf("value %d is %v", q.next+uint64(k), dst[k])
		}
	}
	q.next += uint64(n)
	if q.s.Seq() != f.base+q.next || n < min(len(dst), int(f.published-q.next)) {
		t.Fatalf("Seq %d after %d values, want %d", q.s.Seq()-f.base, n, q.next)
	}
}

func (f *slowCast) join(t *rapid.T) {
	if len(f.subs) == 4 {
		return
	}
	history := rapid.IntRange(0, 12).Draw(t, "history")
	q := &slowSub{s: f.x.join(f.t, history), next: f.published - min(uint64(history), f.published, uint64(f.x.Cap()))}
	if q.s.Seq() != f.base+q.next {
		t.Fatalf("joined at %d with %d of %d, want %d", q.s.Seq()-f.base, history, f.published, q.next)
	}
	f.subs = append(f.subs, q)
}

func (f *slowCast) leave(t *rapid.T) {
	if len(f.subs) == 0 {
		return
	}
	k := rapid.IntRange(0, len(f.subs)-1).Draw(t, "who")
	f.subs[k].s.Release()
	f.subs = append(f.subs[:k:k], f.subs[k+1:]...)
}

// succeed has the publisher give its role to another.
func (f *slowCast) succeed(t *rapid.T) {
	f.x.p.Release()
	p, err := f.x.Publisher(f.x.pm)
	if err != nil {
		t.Fatal(err)
	}
	f.x.p = p
}

func (f *slowCast) close(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "really") == 0 {
		f.shut = true
		_ = f.x.Close()
	}
}

func (f *slowCast) check(t *rapid.T) {
	if n := f.x.Len(); uint64(n) != min(f.published, uint64(f.x.Cap())) {
		t.Fatalf("Len %d of %d", n, f.published)
	}
}

// TestBroadcastHistoryHolds: what a new subscriber was promised is not overwritten, though the
// publisher knew of room for more before it came.
func TestBroadcastHistoryHolds(t *testing.T) {
	for published := range uint64(13) {
		for asked := range uint64(9) {
			x := heapCast(t, Options{Capacity: 8})
			for i := range published {
				if err := x.p.TryPublish(messageOf(i)); err != nil {
					t.Fatal(err)
				}
			}
			s, end := x.join(t, int(asked)), published
			for x.p.TryPublish(messageOf(end)) == nil && end < 99 {
				end++
			}
			first := published - min(asked, published)
			if end != first+8 {
				t.Fatalf("%d published, %d asked for: published up to %d, want %d", published, asked, end, first+8)
			}
			reads(t, s, first, end)
		}
	}
}

// TestBroadcastBatchAfterJoin: a batch takes what room a new subscriber leaves, at the first call.
func TestBroadcastBatchAfterJoin(t *testing.T) {
	for asked := range 9 {
		x := heapCast(t, Options{Capacity: 8})
		for i := range uint64(9) {
			if err := x.p.TryPublish(messageOf(i)); err != nil {
				t.Fatal(err)
			}
		}
		x.join(t, asked)
		n, err := x.p.TryPublishBatch(make([]message, 7))
		if want := min(7, 8-asked); n != want || (err == ErrFull) != (want == 0) {
			t.Errorf("%d asked for: %d, %v; want %d", asked, n, err, want)
		}
	}
}

// TestBroadcastHostileNeighbour garbles the words while both sides work, each in its goroutine: every
// call still returns.
func TestBroadcastHostileNeighbour(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	mem := testmem.Guarded(t, sizeCast[message](t, 4), testmem.End) // mapped: see TestMPMCHostileNeighbour
	for i := range rounds(100, 10_000) {
		x := openCast[message](t, mem, Options{Capacity: 4, Overflow: Overflow(i % 2)}, 0)
		s := x.join(t, 0)
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Millisecond)
		ended := make(chan error, 2)
		go func() {
			ended <- untilError(func() error { return errors.Join(ctx.Err(), x.p.Publish(ctx, message{})) })
		}()
		go func() {
			ended <- untilError(func() error { _, err := s.Next(ctx); return errors.Join(ctx.Err(), err) })
		}()
		for n := 0; n < 2; {
			select {
			case err := <-ended:
				n++
				if !expected(err) {
					t.Error(err)
				}
			default:
				garbleCast(mem, rng)
			}
		}
		cancel()
	}
}
