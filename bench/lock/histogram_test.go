package lock

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestBuckets(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	last := -1
	for i := range bucketCount {
		top := bucketTop(i)
		if bucketOf(top) != i || i > 0 && bucketOf(bucketTop(i-1)+1) != i {
			t.Fatalf("bucket %d ends at %d, which is in bucket %d", i, top, bucketOf(top))
		}
		if i < last {
			t.Fatal("buckets are out of order")
		}
		last = i
	}
	for range 100_000 {
		ns := rng.Uint64() >> (28 + rng.IntN(36))
		if ns >= 1<<36 {
			continue
		}
		if top := bucketTop(bucketOf(ns)); top < ns || float64(top-ns) > float64(ns)/64 {
			t.Fatalf("%d ns is counted as %d", ns, top)
		}
	}
	if bucketOf(1<<63) != bucketCount-1 {
		t.Error("the longest wait has no bucket")
	}
}

// Percentiles never fall, never exceed the longest wait, and are of all waits.
func TestWaits(t *testing.T) {
	var s slot
	rng := rand.New(rand.NewPCG(3, 4))
	const n = 50_000
	for range n {
		s.record(uint64(rng.ExpFloat64() * 1e5))
		s.ops++
	}
	w := newWaits()
	if err := w.addSlot(&s); err != nil {
		t.Fatal(err)
	}
	if w.count() != n || w.max != int64(s.max) {
		t.Errorf("%d waits, the longest %d; want %d and %d", w.count(), w.max, n, s.max)
	}
	last := 0.0
	for _, metric := range []string{p50, p99, p999, maxNs} {
		v := w.metric(metric)
		if v < last || v > float64(s.max) {
			t.Errorf("%s is %v after %v, with a maximum of %d", metric, v, last, s.max)
		}
		last = v
	}
	if v := w.metric(p50); v < 0.66e5 || v > 0.73e5 { // ln 2 = 0.693
		t.Errorf("the median is %v", v)
	}
	s.ops++
	if err := newWaits().addSlot(&s); err == nil || !strings.Contains(err.Error(), "50000 waits") {
		t.Errorf("a wait that is missing: %v", err)
	}
}

func TestMerge(t *testing.T) {
	a, b := newWaits(), newWaits()
	for i := range uint64(100) {
		if err := a.add(i, 2); err != nil {
			t.Fatal(err)
		}
	}
	a.max, b.max = 99, 5
	b.merge(a)
	if b.count() != 200 || b.max != 99 || b.at(50) != 49 {
		t.Errorf("%d waits, median %v, longest %d", b.count(), b.at(50), b.max)
	}
}
