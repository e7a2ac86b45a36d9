package kernels

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// Keys for one bucket fill it, and then those behind it, past the last one to
// the first.
func TestBucketsRunOver(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		for _, from := range []int{0, 90, 100} {
			table := tableOf(t, 300) // 101 buckets
			keys := filled(300, func(i int) int64 { return keyOfBucket(table, from, i) })
			keys = append(keys, keyOfBucket(table, 5, 999)) // which is absent
			codes := make([]uint32, 301)
			if done, err := table.Encode(codes[:300], keys[:300]); done != 300 || err != nil {
				t.Fatalf("300 keys for bucket %d: %d, %v", from, done, err)
			}
			for i := range 60 {
				if b := (*bucket)(table.buckets[(from+i)%101*bucketWords:]); b.count() < bucketSlots || (b.count() == bucketPassed) != (i < 59) || b.code(4) != uint32(5*i+4) {
					t.Fatalf("bucket %d behind %d has %d keys and the codes up to %d", i, from, b.count(), b.code(4))
				}
			}
			if found := table.Find(codes, keys); found != 300 || codes[300] != NoCode || codes[299] != 299 {
				t.Fatalf("%d of 300 keys for bucket %d are found", found, from)
			}
		}
	})
}

// keyOfBucket returns different keys that are all looked for in one bucket first.
func keyOfBucket(t Table, at, i int) int64 {
	high := (uint64(at)<<32 + t.size() - 1) / t.size()
	return unhash(high<<32+uint64(i), t.Seed())
}

// Whoever knows the seed can make keys that all collide. They are refused after
// 64 buckets, and go into a table with another seed with the codes they have.
func TestHostileKeys(t *testing.T) {
	const n = 2000
	onEachLevel(t, func(t *testing.T) {
		table := tableOf(t, n)
		table.Reset(42)
		keys := filled(n, func(i int) int64 { return keyOfBucket(table, 600, i) })
		codes := make([]uint32, n)
		done, err := table.Encode(codes, keys)
		if done != mostTries*bucketSlots || !errors.Is(err, ErrCrowded) || table.Len() != done {
			t.Fatalf("of %d keys that collide %d are encoded: %v", n, done, err)
		}
		if found := table.Find(codes, keys); found != done || codes[done] != NoCode {
			t.Fatalf("of %d keys that collide %d are found, %d are there", n, found, done)
		}
		if again, err := table.Encode(codes[done:], keys[done:]); again != 0 || !errors.Is(err, ErrCrowded) {
			t.Fatalf("going on with the same table: %d, %v", again, err)
		}
		other := tableOf(t, n)
		other.Reset(43)
		if err := other.Fill(table); err != nil {
			t.Fatal(err)
		}
		if more, err := other.Encode(codes[done:], keys[done:]); more != n-done || err != nil || codes[n-1] != n-1 {
			t.Fatalf("with another seed %d of %d follow: %v", more, n-done, err)
		}
		if err := table.fresh(42).Fill(other); !errors.Is(err, ErrCrowded) {
			t.Errorf("filling a table that they collide in: %v", err)
		}
	})
}

func (t Table) fresh(seed uint64) Table { t.Reset(seed); return t }

// Keys of all kinds lie close to where they belong, with any seed.
func TestKeysDoNotCrowd(t *testing.T) {
	const n = 60_000
	r := rand.New(rand.NewPCG(83, 4))
	codes := make([]uint32, n)
	for name, set := range keySets {
		table := tableOf(t, n)
		table.Reset(r.Uint64())
		if done, err := table.Encode(codes, set(r, n)); done != n || err != nil {
			t.Fatalf("%s: %d, %v", name, done, err)
		}
		var places [1]int64
		farthest := 0
		for _, k := range table.Keys() {
			bucketsOfGo(places[:], []int64{k}, table.Seed(), table.size())
			b := 0
			for at := int(places[0]); !(*bucket)(table.buckets[at*bucketWords:]).has(k); at = (at + 1) % int(table.size()) {
				b++
			}
			farthest = max(farthest, b)
		}
		if farthest > mostTries/4 {
			t.Errorf("%s: a key lies %d buckets from its place", name, farthest)
		}
	}
}

func (b *bucket) has(key int64) bool {
	return slices.Contains(b[:min(b.count(), bucketSlots)], uint64(key))
}
