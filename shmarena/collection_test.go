package shmarena

import (
	"context"
	"fmt"
	"math/bits"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/pod"
	"github.com/shmengine/shmengine/internal/testmem"
	"github.com/shmengine/shmengine/internal/words"
)

var bg = context.Background()

// heapPages is the memory under an arena on the Go heap, where the race detector
// sees every access.
type heapPages struct{ region []byte }

func (heapPages) reserve(off, n uint64) error { return nil }

func (p heapPages) release(off, n uint64) error {
	clear(p.region[off : off+n])
	return nil
}

var goArenas atomic.Uint32

// goArena returns an arena on the Go heap, with one member.
func goArena(tb testmem.TB, capacity uint64) *Arena {
	tb.Helper()
	geo := geometryOf(1, capacity)
	mem := testmem.Go(tb, int(geo.size)+spanSize)
	region := mem[:geo.size:geo.size]
	t := viewTables(region, geo)
	formatHeap(t.spans)
	n := goArenas.Add(1)
	at := &attachment{id: 0xfa000000 | n, geo: geo, region: region}
	at.header = header{id: at.id, members: 1, asked: capacity, capacity: capacity}
	at.heap = newHeap(t, geo, fakePage, heapPages{region})
	at.heap.region = region
	at.heap.join(&fakeMember{id: futex.MakeID(0, 1), dead: new(sync.Map)})
	at.heap.holds = newHolds(t.holds, at.heap)
	at.heap.holds.join(at.heap.self)
	at.heap.roster = func() map[uint64]bool { return map[uint64]bool{at.heap.maker: true} }
	at.names = directory{entries: t.entries}
	at.names.mu.word, at.names.mu.self = &t.names.mu, at.heap.self
	at.file.id = fileID{dev: ^uint64(0), ino: uint64(n)}
	registry.attaching.Lock()
	defer registry.attaching.Unlock()
	register(at)
	a := at.newHandle("")
	tb.Cleanup(func() {
		registry.attaching.Lock()
		defer registry.attaching.Unlock()
		unregister(at)
	})
	return a
}

// check walks through a map that nobody is changing and returns what is wrong
// with it: every entry in its place and once, counted, with its tag, beside a
// free lane; no overflow bucket used twice.
func (t *table) check() error {
	n, err := t.size()
	if err != nil {
		return err
	}
	seen, taken := map[string]bool{}, map[uint64]bool{}
	counts := make([]uint64, len(t.stripes))
	for b := range n {
		home, err := t.primary(b)
		if err != nil {
			return err
		}
		for w, k := home, 0; w != nil; k++ {
			i := b & uint64(len(t.stripes)-1)
			if err := t.checkBucket(w, b, n, seen, &counts[i]); err != nil {
				return fmt.Errorf("bucket %d of %d: %w", b, n, err)
			}
			if next := w.next.Load(); next != 0 {
				if taken[next] || (next-1)%uint64(len(t.stripes)) != i || (next-1)/uint64(len(t.stripes)) >= t.stripes[i].spill.Load() {
					return fmt.Errorf("bucket %d of %d overflows into %d", b, n, next-1)
				}
				taken[next] = true
			}
			if w, err = t.after(w, k); err != nil {
				return err
			}
		}
	}
	for i := range t.stripes {
		if got := t.stripes[i].count.Load(); got != counts[i] {
			return fmt.Errorf("stripe %d counts %d, has %d", i, got, counts[i])
		}
	}
	return nil
}

func (t *table) checkBucket(w *bucketHead, b, n uint64, seen map[string]bool, count *uint64) error {
	control := w.control.Load()
	if free(control) == 0 {
		return fmt.Errorf("no lane is free in %#x", control)
	}
	for set := used(control); set != 0; set &= set - 1 {
		lane := firstLane(set)
		words := t.in(w, lane)
		hash := t.hashIn(words)
		if addressOf(hash, n) != b {
			continue // a split has left it behind
		}
		key := fmt.Sprint(appendWords(nil, words[:t.key]))
		if tag := control >> (8 * lane) & 0xff; tag != tagOf(hash) || seen[key] {
			return fmt.Errorf("key %s in lane %d has tag %#x, is there before: %v", key, lane, tag, seen[key])
		}
		seen[key] = true
		*count++
	}
	return nil
}

func (m Map[K, V]) mustCheck(tb interface{ Fatalf(string, ...any) }) {
	var t table
	err := m.view(&t)
	if err == nil {
		err = t.check()
	}
	if err != nil {
		tb.Fatalf("map: %v", err)
	}
}

// longest is the longest chain of a map.
func (m Map[K, V]) longest(tb testing.TB) (longest int) {
	var t table
	ok(tb, m.view(&t))
	for b := range t.head.buckets.Load() {
		n := 0
		for w := must(t.primary(b))(tb); w != nil; n++ {
			w = must(t.after(w, n))(tb)
		}
		longest = max(longest, n)
	}
	return longest
}

// must returns what there is if there is no error.
func must[T any](v T, err error) func(tb interface{ Fatalf(string, ...any) }) T {
	return func(tb interface{ Fatalf(string, ...any) }) T {
		if err != nil {
			tb.Fatalf("%v", err)
		}
		return v
	}
}

func ok(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// What begins the collections' blocks holds no pointers and nothing of unknown
// size.
func TestCollectionLayout(t *testing.T) {
	for _, typ := range []reflect.Type{
		reflect.TypeFor[valueHead](), reflect.TypeFor[counterShard](), reflect.TypeFor[listHead](),
		reflect.TypeFor[mapHead](), reflect.TypeFor[mapStripe](), reflect.TypeFor[bucketHead](),
	} {
		if err := pod.Check(typ); err != nil {
			t.Error(err)
		}
	}
}

func TestAddresses(t *testing.T) {
	for n := uint64(1); n < 200; n++ {
		for hash := range uint64(1000) {
			b := addressOf(hash, n)
			if b >= n || hash&(1<<(bits.Len64(b))-1) != b {
				t.Fatalf("hash %d is in bucket %d of %d", hash, b, n)
			}
			if next := addressOf(hash, n+1); next != b && (next != n || b != addressOf(n, n)) {
				t.Fatalf("hash %d moves from %d of %d to %d", hash, b, n, next)
			}
		}
	}
}

func TestControlWords(t *testing.T) {
	for _, c := range []uint64{0, 1, 0x80, 0x0100, 0x8001800100ff0001, ^uint64(0), 0x00ff00ff00ff00ff} {
		for lane := range bucketLanes {
			tag := c >> (8 * lane) & 0xff
			if has := free(c)>>(8*lane)&0x80 != 0; has != (tag == 0) {
				t.Errorf("%#x: lane %d free: %v", c, lane, has)
			}
			if equal(c, tag)>>(8*lane)&0x80 == 0 && tag != 0 {
				t.Errorf("%#x: lane %d does not equal %#x", c, lane, tag)
			}
			if got := withTag(c, lane, 0x5a); got>>(8*lane)&0xff != 0x5a || withTag(got, lane, tag) != c {
				t.Errorf("%#x: lane %d replaced: %#x", c, lane, got)
			}
		}
		if free(c)&used(c) != 0 || free(c)|used(c) != allLanes {
			t.Errorf("%#x: free %#x, used %#x", c, free(c), used(c))
		}
	}
}

func TestSplitFrom(t *testing.T) {
	for n := uint64(1); n < 40; n++ {
		for now := n; now < 170; now++ {
			seen := make([]bool, now)
			for b := range n {
				for _, x := range splitFrom(nil, b, n, now) {
					if seen[x] || addressOf(x, n) != b {
						t.Fatalf("bucket %d of %d is split from %d of %d", x, now, b, n)
					}
					seen[x] = true
				}
			}
			for x, ok := range seen {
				if !ok {
					t.Fatalf("bucket %d of %d is split from none of %d", x, now, n)
				}
			}
		}
	}
}

func TestSameWords(t *testing.T) {
	for n := range 40 {
		src, got := make([]byte, n), make([]byte, n)
		for i := range src {
			src[i] = byte(i + 1)
		}
		shared := make([]atomic.Uint64, (n+7)/8)
		words.Store(shared, src)
		if !sameWords(shared, src) {
			t.Errorf("%d bytes are not the same", n)
		}
		fromWords(got, appendWordsOf(shared))
		if string(got) != string(src) {
			t.Errorf("%d bytes from plain words: %v", n, got)
		}
		for i := range src {
			src[i] ^= 0x80
			if sameWords(shared, src) {
				t.Errorf("%d bytes, of which %d differs, are the same", n, i)
			}
			src[i] ^= 0x80
		}
	}
}

func appendWordsOf(words []atomic.Uint64) []uint64 { return appendWords(nil, words) }
