package futex

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/testmem"
)

func newPermits(t *testing.T, n int) *Permits {
	t.Helper()
	p, err := NewPermits(testmem.Go(t, PermitsSize(n)), n)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPermitsSize(t *testing.T) {
	for n, want := range map[int]int{1: 128, 16: 128, 17: 192, MaxPermits: 64 + 4*MaxPermits} {
		if got := PermitsSize(n); got != want {
			t.Errorf("PermitsSize(%d) = %d, want %d", n, got, want)
		}
	}
	mustPanic(t, "PermitsSize(0)", func() { PermitsSize(0) })
	mustPanic(t, "PermitsSize of too many", func() { PermitsSize(MaxPermits + 1) })
}

func TestPermitsRefuseMemory(t *testing.T) {
	mem := testmem.Go(t, PermitsSize(20)+4)
	for _, c := range []struct {
		mem []byte
		n   int
	}{{mem, 0}, {mem, -1}, {mem, MaxPermits + 1}, {mem[:PermitsSize(20)-1], 20}, {mem[1:], 20}, {nil, 1}} {
		if _, err := NewPermits(c.mem, c.n); !errors.Is(err, ErrRange) {
			t.Errorf("NewPermits(%d bytes, %d): %v, want ErrRange", len(c.mem), c.n, err)
		}
	}
	if _, err := AttachPermits(mem); !errors.Is(err, ErrRange) {
		t.Errorf("AttachPermits to nothing: %v, want ErrRange", err)
	}
	for range 2 {
		if p, err := NewPermits(mem, 20); err != nil || p.Len() != 20 {
			t.Fatalf("NewPermits: %v", err)
		}
	}
	if _, err := NewPermits(mem, 19); !errors.Is(err, ErrInUse) {
		t.Errorf("NewPermits of another number: %v, want ErrInUse", err)
	}
	if p, err := AttachPermits(mem); err != nil || p.Len() != 20 {
		t.Errorf("AttachPermits: %v", err)
	}
	for _, bad := range [][]byte{nil, mem[:63], mem[:PermitsSize(20)-1], mem[2:]} {
		if _, err := AttachPermits(bad); !errors.Is(err, ErrRange) {
			t.Errorf("AttachPermits to %d bytes: %v, want ErrRange", len(bad), err)
		}
	}
	viewPermits(mem, 0).head.n.Store(1 << 31)
	if _, err := AttachPermits(mem); !errors.Is(err, ErrRange) {
		t.Errorf("AttachPermits to a hostile number: %v, want ErrRange", err)
	}
}

func TestPermits(t *testing.T) {
	var w world
	a, b := w.join(), w.join()
	p := newPermits(t, 3)
	done, cancel := context.WithCancel(bg)
	cancel()
	taken := map[int]bool{}
	for range 3 {
		got, err := p.Acquire(done, a)
		if err != nil || got.From != NoID || p.Holder(got.Index) != a.ID() {
			t.Fatalf("Acquire of what is free with a done context: %+v, %v", got, err)
		}
		taken[got.Index] = true
	}
	if len(taken) != 3 {
		t.Errorf("the same permit twice: %v", taken)
	}
	if got, ok := p.TryAcquire(b); ok {
		t.Errorf("TryAcquire with none left: %+v", got)
	}
	if _, err := p.Acquire(done, b); !errors.Is(err, context.Canceled) {
		t.Errorf("Acquire with a done context: %v, want Canceled", err)
	}
	short, cancel := context.WithTimeout(bg, time.Millisecond)
	defer cancel()
	if _, err := p.Acquire(short, b); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Acquire: %v, want DeadlineExceeded", err)
	}
	for _, i := range []int{-1, 3, 1 << 40} {
		mustPanic(t, "Release of a permit that does not exist", func() { p.Release(a, i) })
	}
	mustPanic(t, "Release of another's permit", func() { p.Release(b, 1) })
	p.Release(a, 1)
	mustPanic(t, "Release of a free permit", func() { p.Release(a, 1) })
	if got, ok := p.TryAcquire(b); !ok || got != (Permit{Index: 1}) {
		t.Errorf("TryAcquire = %+v, %v, want permit 1", got, ok)
	}
}

// The permits of a dead member are recovered, all of them and no others, by who
// waits and by who comes.
func TestPermitsOfTheDead(t *testing.T) {
	var w world
	a, b, c := w.join(), w.join(), w.join()
	p := newPermits(t, 10)
	for i := range 10 {
		mb := []*fake{a, b}[i%2]
		if _, err := p.Acquire(bg, mb); err != nil {
			t.Fatal(err)
		}
	}
	const waiting = 4
	got := make(chan Permit)
	for range waiting {
		go func() {
			permit, err := p.Acquire(bg, c)
			if err != nil {
				t.Error(err)
			}
			got <- permit
		}()
	}
	eventually(t, func() bool { return c.inLine(&p.head.bell) == waiting })
	w.kill(a)
	for range waiting {
		if permit := <-got; permit.From != a.ID() || p.Holder(permit.Index) != c.ID() {
			t.Errorf("got %+v, want one of %v's", permit, a.ID())
		}
	}
	if permit, ok := p.TryAcquire(b); !ok || permit.From != a.ID() {
		t.Errorf("TryAcquire of the last one: %+v, %v", permit, ok)
	}
	if permit, ok := p.TryAcquire(b); ok {
		t.Errorf("TryAcquire took %+v, which is had by the living", permit)
	}
}

// Nobody has a permit that another has; every permit that is freed is found; and
// nobody sleeps on, with few permits and with many.
func TestPermitsExclude(t *testing.T) {
	for _, n := range []int{1, 3, 70} {
		var w world
		p := newPermits(t, n)
		had := make([]int, n) // the race detector sees a permit that is had twice
		var count atomic.Int32
		var wg sync.WaitGroup
		const members, goroutines, rounds = 4, 3, 300
		for range members {
			mb := w.join()
			for range goroutines {
				wg.Go(func() {
					for range rounds {
						permit, err := p.Acquire(bg, mb)
						if err != nil {
							t.Error(err)
							return
						}
						had[permit.Index]++
						count.Add(1)
						p.Release(mb, permit.Index)
					}
				})
			}
		}
		wg.Wait()
		sum := 0
		for i, k := range had {
			sum += k
			if h := p.Holder(i); h != NoID {
				t.Errorf("%d permits: %v has permit %d at the end", n, h, i)
			}
		}
		if want := members * goroutines * rounds; sum != want || int(count.Load()) != want {
			t.Errorf("%d permits: counted %d, want %d", n, sum, want)
		}
	}
}

// Permits that are freed one right after the other reach as many sleepers, who
// keep them.
func TestPermitsWakeForEveryOne(t *testing.T) {
	const n = 6
	for range 100 {
		var w world
		p := newPermits(t, n)
		owner := w.join()
		for range n {
			if _, err := p.Acquire(bg, owner); err != nil {
				t.Fatal(err)
			}
		}
		var wg sync.WaitGroup
		for range n {
			mb := w.join()
			wg.Go(func() {
				if _, err := p.Acquire(bg, mb); err != nil {
					t.Error(err)
				}
			})
			eventually(t, func() bool { return mb.sleepers() == 1 })
		}
		for i := range n {
			p.Release(owner, i)
		}
		wg.Wait()
	}
}

// Time-outs that race with releases lose no permit and no wake.
func TestPermitsTimeOuts(t *testing.T) {
	var w world
	p := newPermits(t, 2)
	keeper := w.join()
	for range 2 { // nobody has one, until somebody has given up
		if _, ok := p.TryAcquire(keeper); !ok {
			t.Fatal("no permit")
		}
	}
	var timeouts atomic.Int32
	var wg sync.WaitGroup
	for i := range 6 {
		mb := w.join()
		wg.Go(func() {
			for range 300 {
				ctx, cancel := context.WithTimeout(bg, time.Duration(10+15*i)*time.Microsecond)
				permit, err := p.Acquire(ctx, mb)
				if cancel(); err != nil {
					timeouts.Add(1)
					continue
				}
				time.Sleep(10 * time.Microsecond)
				p.Release(mb, permit.Index)
			}
			if permit, err := p.Acquire(bg, mb); err != nil { // nobody is left asleep
				t.Error(err)
			} else {
				p.Release(mb, permit.Index)
			}
		})
	}
	eventually(t, func() bool { return timeouts.Load() != 0 })
	p.Release(keeper, 0)
	p.Release(keeper, 1)
	wg.Wait()
	t.Logf("%d time-outs", timeouts.Load())
	if p.Holder(0) != NoID || p.Holder(1) != NoID {
		t.Errorf("holders %v and %v at the end", p.Holder(0), p.Holder(1))
	}
}

// Whatever stands in the words is a living member, or can be had.
func TestPermitsWithHostileWords(t *testing.T) {
	var w world
	a, b := w.join(), w.join()
	rng := rand.New(rand.NewPCG(7, 8))
	for range 100 {
		p := newPermits(t, 70)
		alive := 0
		for i := range p.words {
			v := rng.Uint32() >> rng.IntN(32)
			if rng.IntN(3) == 0 {
				v = uint32(a.ID())
			}
			if a.Alive(ID(v)) { // by chance, too
				alive++
			}
			p.words[i].Store(v)
		}
		p.head.bell.Store(rng.Uint32())
		for range 70 - alive {
			if _, err := p.Acquire(bg, b); err != nil {
				t.Fatal(err)
			}
		}
		if permit, ok := p.TryAcquire(b); ok {
			t.Fatalf("took %+v of a living member", permit)
		}
	}
}
