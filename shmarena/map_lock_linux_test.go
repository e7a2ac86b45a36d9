package shmarena

import (
	"context"
	"errors"
	"runtime"
	"testing"
)

// mover is a key of the map's first bucket that the next split moves.
func (m Map[K, V]) mover(t *testing.T, tab *table, keys func(i int) K) K {
	t.Helper()
	ok(t, m.view(tab))
	n := tab.head.buckets.Load()
	for i := range 100_000 {
		k := keys(i)
		if h := tab.hash(bytesOf(&k)); addressOf(h, n) == addressOf(n, n) && addressOf(h, n+1) == n {
			return k
		}
	}
	t.Fatal("no such key")
	return keys(0)
}

// splitHeld splits the bucket that is next, whose lock the caller has.
func (t *table) splitHeld(tb testing.TB) {
	tb.Helper()
	n := t.head.buckets.Load()
	ok(tb, t.ensure(bg, &t.head.parts, t.first, n))
	s := t.stripeOf(n)
	ok(tb, t.lock(bg, s))
	ok(tb, t.split(s, must(t.primary(addressOf(n, n)))(tb), n))
	t.at.yield(&s.mu)
}

// A Set that waits for its key's bucket while that is split finds the key in the new
// one; and so does everything else that changes it.
func TestMapSetMeetsSplit(t *testing.T) {
	for name, change := range map[string]func(m Map[int64, int64], k int64) error{
		"set": func(m Map[int64, int64], k int64) error { return m.Set(bg, k, 2) },
		"update": func(m Map[int64, int64], k int64) error {
			return m.Update(bg, k, func(v *int64, _ bool) bool { *v++; return true })
		},
		"delete": func(m Map[int64, int64], k int64) error { return second(m.Delete(bg, k)) },
	} {
		t.Run(name, func(t *testing.T) {
			var tab table
			m := must(NewMap[int64, int64](newArena(t, 4<<20), 0))(t)
			k := m.mover(t, &tab, func(i int) int64 { return int64(i) })
			ok(t, m.Set(bg, k, 1))
			old := must(tab.primary(0))(t)
			must(tab.at.seize(bg, &old.mu))(t)
			done := make(chan error, 1)
			if name == "set" {
				go func() { done <- change(m, k) }()
				for !old.mu.State().Waiters {
					runtime.Gosched()
				}
			}
			tab.splitHeld(t)
			tab.at.yield(&old.mu)
			if name != "set" { // which take the stripe first, as the split does
				done <- change(m, k)
			}
			ok(t, <-done)
			v, has, err := m.Get(k)
			if want := name != "delete"; err != nil || has != want || want && v != 2 {
				t.Errorf("the key has %d, %v, %v", v, has, err)
			}
			if got := used(old.control.Load()); got != 0 {
				t.Errorf("the old bucket has lanes %#x", got)
			}
			m.mustCheck(t)
		})
	}
}

// A bucket that somebody is in is not split, and the map goes on.
func TestMapSplitMeetsHolder(t *testing.T) {
	var tab table
	m := must(NewMap[int64, int64](newArena(t, 4<<20), 0))(t)
	ok(t, m.view(&tab))
	n := tab.head.buckets.Load()
	ok(t, tab.ensure(bg, &tab.head.parts, tab.first, n))
	from := must(tab.primary(0))(t)
	must(tab.at.seize(bg, &from.mu))(t)
	if err := tab.trySplit(n); err != nil || tab.head.buckets.Load() != n {
		t.Errorf("a bucket that is held: %v, %d buckets of %d", err, tab.head.buckets.Load(), n)
	}
	tab.at.yield(&from.mu)
	if err := tab.trySplit(n); err != nil || tab.head.buckets.Load() != n+1 {
		t.Errorf("a bucket that is free: %v, %d buckets of %d", err, tab.head.buckets.Load(), n)
	}
}

// Replacing a value takes no lock but its bucket's, and steps nothing; who adds a
// key waits for the stripe, as long as his context says, and lets go of the bucket.
func TestMapReplaceTakesOneLock(t *testing.T) {
	var tab table
	m := must(NewMap[int64, int64](newArena(t, 4<<20), 0))(t)
	k := int64(5)
	ok(t, m.Set(bg, k, 1))
	ok(t, m.view(&tab))
	s := tab.stripeOf(tab.hash(bytesOf(&k)))
	other := k + 1
	for tab.stripeOf(tab.hash(bytesOf(&other))) != s {
		other++
	}
	home := must(tab.primary(addressOf(tab.hash(bytesOf(&k)), tab.head.buckets.Load())))(t)
	control, version := home.control.Load(), home.version.Load()
	ok(t, tab.lock(bg, s))
	ok(t, m.Set(bg, k, 2))
	if v, has, err := m.Get(k); v != 2 || !has || err != nil {
		t.Errorf("%d, %v, %v", v, has, err)
	}
	if home.control.Load() != control || home.version.Load() != version {
		t.Error("a value of one word was not replaced where it is")
	}
	ended, cancel := context.WithCancel(bg)
	cancel()
	if err := m.Set(ended, other, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("a new key while the stripe is held: %v", err)
	}
	if home.mu.Holder() != 0 {
		t.Error("the bucket is held")
	}
	tab.at.yield(&s.mu)
	ok(t, m.Set(bg, other, 1))
	m.mustCheck(t)
}

// The entries of a killed split, which are in both buckets, are counted once.
func TestMapRecountAfterSplit(t *testing.T) {
	var tab table
	m := must(NewMap[int64, int64](newArena(t, 4<<20), 0))(t)
	k := m.mover(t, &tab, func(i int) int64 { return int64(i) })
	ok(t, m.Set(bg, k, 1))
	n := tab.head.buckets.Load()
	ok(t, tab.ensure(bg, &tab.head.parts, tab.first, n))
	s := tab.stripeOf(n)
	to := spot{stripe: s, b: n, hash: n, home: must(tab.primary(n))(t)}
	ok(t, tab.move(&to, must(tab.primary(0))(t), n))
	tab.head.buckets.Store(n + 1) // and here it was killed
	s.count.Store(77)
	ok(t, tab.recount(s))
	if got := s.count.Load(); got != 1 {
		t.Errorf("%d entries, want 1", got)
	}
	m.mustCheck(t)
}
