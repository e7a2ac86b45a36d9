package shmarena

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

func TestMapSmoke(t *testing.T) {
	eachMemory(t, func(t *testing.T, a *Arena) {
		m := must(NewMap[int64, [3]int32](a, 0))(t)
		want := map[int64][3]int32{}
		for k := range int64(5000) {
			v := [3]int32{int32(k), 1, int32(-k)}
			ok(t, m.Set(bg, k*k, v))
			want[k*k] = v
		}
		for k := int64(0); k < 5000; k += 3 {
			if was, err := m.Delete(bg, k*k); !was || err != nil {
				t.Fatalf("delete %d: %v, %v", k*k, was, err)
			}
			delete(want, k*k)
		}
		m.mustCheck(t)
		if m.Len() != len(want) {
			t.Errorf("%d entries, want %d", m.Len(), len(want))
		}
		for k := range int64(5000) {
			v, has, err := m.Get(k * k)
			if w, there := want[k*k]; v != w || has != there || err != nil {
				t.Fatalf("%d: %v, %v, %v", k*k, v, has, err)
			}
		}
		if got := maps.Collect(m.All()); !maps.Equal(got, want) {
			t.Errorf("%d entries seen, want %d", len(got), len(want))
		}
		emptyAndFree(t, a, m)
	})
}

func emptyAndFree(t *testing.T, a *Arena, m Map[int64, [3]int32]) {
	t.Helper()
	ok(t, m.Clear(bg))
	m.mustCheck(t)
	if m.Len() != 0 {
		t.Errorf("%d entries after Clear", m.Len())
	}
	ok(t, m.Free())
	if _, _, err := m.Get(1); !errors.Is(err, ErrFreed) {
		t.Errorf("get from a freed map: %v", err)
	}
	if s := int64(a.at.heap.totals().bytes); s != 0 {
		t.Errorf("%d bytes in use after Free", s)
	}
}

// K-049: keys that are equal in their last bits, follow one another, or are
// multiples of the size of the table, do not meet more often than others.
func TestMapProbeLengths(t *testing.T) {
	const n = 20_000
	for name, key := range map[string]func(i uint64) uint64{
		"sequential":        func(i uint64) uint64 { return i },
		"last 32 bits":      func(i uint64) uint64 { return i << 32 },
		"last 48 bits":      func(i uint64) uint64 { return i<<48 | i>>16<<40 },
		"multiples of 4096": func(i uint64) uint64 { return i * 4096 },
		"one bit apart":     func(i uint64) uint64 { return 1<<(i%64) ^ i/64 },
		"negative":          func(i uint64) uint64 { return -i },
		"random":            func(i uint64) uint64 { return rand.Uint64() },
	} {
		m := must(NewMap[uint64, uint32](newArena(t, 16<<20), 0))(t)
		for i := range uint64(n) {
			ok(t, m.Set(bg, key(i), uint32(i)))
		}
		m.mustCheck(t)
		longest := m.longest(t)
		t.Logf("%s: %d keys, chains of at most %d buckets", name, m.Len(), longest)
		if longest > 5 { // of 7 entries each, where the mean is at most 8: 5 are 1 in 10^10
			t.Errorf("%s: a chain of %d buckets", name, longest)
		}
	}
}

// While others set and delete, and the map grows: what is there all the time is
// found, and seen exactly once by a walk, and nothing is seen twice.
func TestMapReaders(t *testing.T) {
	eachMemory(t, func(t *testing.T, a *Arena) {
		const stays, comes = 500, 4000
		m := must(NewMap[int64, [2]int64](a, 0))(t)
		for k := range int64(stays) {
			ok(t, m.Set(bg, k, [2]int64{k, k}))
		}
		var writers, readers sync.WaitGroup
		var done atomic.Bool
		for w := range int64(2) {
			writers.Go(func() {
				for i := w; i < comes; i += 2 {
					okNow(t, m.Set(bg, stays+i, [2]int64{i, i}))
					okNow(t, m.Set(bg, i%stays, [2]int64{i, i}))
					if i%4 < 2 {
						_, err := m.Delete(bg, stays+i)
						okNow(t, err)
					}
				}
			})
		}
		for range 2 {
			readers.Go(func() {
				for rounds := 0; !done.Load() || rounds == 0; rounds++ {
					readRound(t, m, stays)
				}
			})
		}
		writers.Wait()
		done.Store(true)
		readers.Wait()
		m.mustCheck(t)
		if n := m.Len(); n != stays+comes/2 {
			t.Errorf("%d entries, want %d", n, stays+comes/2)
		}
		ok(t, m.Free())
	})
}

func readRound(t *testing.T, m Map[int64, [2]int64], stays int64) {
	seen := map[int64]bool{}
	err := m.Each(func(k int64, v [2]int64) bool {
		if seen[k] || v[0] != v[1] {
			t.Errorf("%d is %v, seen before: %v", k, v, seen[k])
		}
		seen[k] = true
		return true
	})
	okNow(t, err)
	for k := range stays {
		v, has, err := m.Get(k)
		if !seen[k] || !has || err != nil || v[0] != v[1] {
			t.Errorf("%d is %v; found: %v, seen: %v, %v", k, v, has, seen[k], err)
		}
	}
}

// The body of a walk may do with the map what it likes.
func TestMapWalkAndChange(t *testing.T) {
	m := must(NewMap[int64, int64](newArena(t, 4<<20), 0))(t)
	for k := range int64(100) {
		ok(t, m.Set(bg, k, k))
	}
	var seen []int64
	for k := range m.All() {
		seen = append(seen, k)
		if was, err := m.Delete(bg, k); !was || err != nil {
			t.Errorf("delete %d: %v, %v", k, was, err)
		}
		for i := range int64(20) { // makes it grow
			if k < 100 {
				ok(t, m.Set(bg, 1000+k*20+i, 0))
			}
		}
	}
	slices.Sort(seen)
	if len(slices.Compact(slices.Clone(seen))) != len(seen) || !slices.Equal(seen[:100], slices.Collect(count(100))) {
		t.Errorf("seen %d: %v", len(seen), seen)
	}
	n := 0
	for range m.All() {
		if n++; n == 3 {
			break
		}
	}
	var ends error
	for k := range m.All() { // and free it
		if ends = m.Free(); ends != nil {
			t.Fatalf("%d: %v", k, ends)
		}
		break
	}
}

func count(n int64) func(func(int64) bool) {
	return func(yield func(int64) bool) {
		for k := range n {
			if !yield(k) {
				return
			}
		}
	}
}

// Updates of few keys by many goroutines are each made once.
func TestMapUpdate(t *testing.T) {
	eachMemory(t, func(t *testing.T, a *Arena) {
		m := must(NewMap[uint8, uint64](a, 0))(t)
		var wg sync.WaitGroup
		for g := range 4 {
			wg.Go(func() {
				for i := range 600 {
					okNow(t, m.Update(bg, uint8(i%5), func(v *uint64, _ bool) bool { *v++; return true }))
					okNow(t, m.Set(bg, uint8(10+g), uint64(i)))
				}
			})
		}
		wg.Wait()
		func() {
			defer func() { _ = recover() }()
			_ = m.Update(bg, 0, func(v *uint64, _ bool) bool { *v = 0; panic("in the middle") })
		}()
		for k := range uint8(5) {
			if v, has, err := m.Get(k); v != 480 || !has || err != nil {
				t.Errorf("%d: %d, %v, %v", k, v, has, err)
			}
		}
		m.mustCheck(t)
		ok(t, m.Free())
	})
}

// One that is in an update keeps out those that change its stripe, as long as
// their contexts say, and nobody else.
func TestMapContext(t *testing.T) {
	m := must(NewMap[int64, int64](newArena(t, 4<<20), 0))(t)
	ok(t, m.Set(bg, 1, 1))
	done, cancel := context.WithCancel(bg)
	cancel()
	others := 0
	ok(t, m.Update(bg, 1, func(*int64, bool) bool {
		for name, err := range map[string]error{"set": m.Set(done, 1, 2), "delete": second(m.Delete(done, 1)), "clear": m.Clear(done)} {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s in an update: %v", name, err)
			}
		}
		for k := int64(2); k < 60; k++ {
			if m.Set(done, k, k) == nil {
				others++
			}
		}
		if v, has, err := m.Get(1); v != 1 || !has || err != nil {
			t.Errorf("get in an update: %v, %v, %v", v, has, err)
		}
		return true
	}))
	if others < 30 { // of 64 stripes one is held
		t.Errorf("%d of 58 keys could be set", others)
	}
	m.mustCheck(t)
}
