package shmarena

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/bits"
	"reflect"

	"github.com/shmengine/shmengine/internal/pod"
)

// Map is a map in an arena that any process may read and change at any time,
// while it grows. Readers take no lock and never wait. The handle is a plain
// value of 24 bytes, to be copied, stored and sent like an [Array]; every copy
// is the same map, in every process.
//
// Keys are compared by their bytes, so K must be a type where that is the same
// as ==: integers, and arrays and structs of them without padding. Floats (0 and
// -0 are equal, and NaN is not) and types with padding are an [ErrArgument].
// For strings there is [Dict].
//
// Each change of an entry is one store, made under the lock of its bucket; where the
// number of entries changes, under that of one of up to 256 stripes, too. A process that
// is killed in a change has made it or has not, and the next one goes on at once. Who
// replaces values in other buckets, of some four entries each, writes other cache lines.
// Each read is of one moment; Get, Set, Delete and the others are linearizable for each key.
//
// Memory is given back by Free only: what is deleted makes room for others.
type Map[K, V any] struct {
	words Array[mapWord[K, V]]
}

// mapWord is what the first block of a Map is made of; see valueWord.
type mapWord[K, V any] struct {
	_    [0]*K
	_    [0]*V
	Map2 uint64
}

// mapMostLane bounds what a key and its value may have together, in words.
const mapMostLane = 1 << 17

// NewMap returns an empty Map in the arena with room for so many entries; it
// grows by itself, so 0 will do.
//
// Errors: [ErrArgument] if K has floats or padding, or K and V have more than
// 1 MiB; those of [Alloc].
func NewMap[K, V any](a *Arena, room int) (Map[K, V], error) {
	words, err := newMap[K, V](a, room)
	if err != nil {
		return Map[K, V]{}, fmt.Errorf("shmarena: %s: new map of %v to %v: %w", a, reflect.TypeFor[K](), reflect.TypeFor[V](), err)
	}
	return Map[K, V]{words}, nil
}

func newMap[K, V any](a *Arena, room int) (x Array[mapWord[K, V]], err error) {
	key, value := reflect.TypeFor[K](), reflect.TypeFor[V]()
	for _, t := range []reflect.Type{key, value} {
		if err := pod.Check(t); err != nil {
			return x, err
		}
	}
	if err := checkKey(key); err != nil {
		return x, err
	}
	switch {
	case key.Size() > 8*mapMostLane || key.Size()+value.Size() > 8*(mapMostLane-2):
		return x, argument("key and value have %d bytes", key.Size()+value.Size())
	case room < 0:
		return x, argument("room for %d entries", room)
	}
	first := min(max(bits.Len(uint(room/mapLoad)), leastFirst(key.Size()+value.Size())), mapMostFirst)
	stripes := min(1<<first, mapStripes)
	x, err = alloc[mapWord[K, V]](a, (mapHeadSize+stripes*mapStripeSize)/8, defaultAlign)
	if err != nil {
		return x, err
	}
	if err := format[K, V](rootOf(x), uint64(first)); err != nil {
		_ = x.Free()
		return x, err
	}
	return x, nil
}

// leastFirst is log2 of the buckets that a map begins with, and so of its locks:
// fewer if an entry is large, of which an empty map has room for some hundreds.
func leastFirst(entry uintptr) int {
	if entry <= 128 {
		return 6
	}
	return 4
}

// format makes an empty map of 2^first buckets.
func format[K, V any](b root, first uint64) error {
	at, mem, err := b.enter()
	if err != nil {
		return err
	}
	defer at.leave()
	head := overlay[mapHead](mem)
	head.setSeed()
	head.first.Store(first)
	head.buckets.Store(1 << first)
	var t table
	if err := t.of(at, mem, wordsOf[K](), wordsOf[K]()+wordsOf[V]()); err != nil {
		return err
	}
	return t.ensure(context.Background(), &head.parts, t.first, 0)
}

// LookupMap finds a Map that was published, as [Lookup] does for an Array.
func LookupMap[K, V any](a *Arena, name string) (Map[K, V], error) {
	words, err := Lookup[mapWord[K, V]](a, name)
	return Map[K, V]{words}, err
}

func (m Map[K, V]) handle() handle { return m.words.handle() }

func (m Map[K, V]) view(t *table) error {
	return t.view(rootOf(m.words), wordsOf[K](), wordsOf[K]()+wordsOf[V]())
}

func (m Map[K, V]) enter(t *table) error {
	return t.enter(rootOf(m.words), wordsOf[K](), wordsOf[K]()+wordsOf[V]())
}

func (m Map[K, V]) failed(what string, err error) error { return rootOf(m.words).failed(what, err) }

// Check is nil if the Map can be used, or [ErrClosed], [ErrFreed] or
// [ErrCorrupt].
func (m Map[K, V]) Check() error {
	var t table
	return m.view(&t)
}

// Get returns the value of k, or false if there is none.
//
// Errors: [ErrFreed], [ErrClosed], [ErrCorrupt]; [ErrBusy] if the entry's bucket
// was changed ten thousand times meanwhile. An arena that is closed meanwhile
// is a fault.
func (m Map[K, V]) Get(k K) (v V, ok bool, err error) {
	var t table
	err = m.view(&t)
	if err == nil {
		ok, err = t.get(bytesOf(&k), bytesOf(&v))
	}
	if ok {
		return v, true, nil
	} // an entry may have been read, and gone before that was certain
	return *new(V), false, m.failed("get from map", err)
}

// Set makes v the value of k.
//
// Errors: [ErrFreed], [ErrClosed], [ErrReadOnly], [ErrCorrupt]; [ErrNoSpace] if
// there is no room and the arena has none; that of ctx if a living process holds
// a lock for so long. With an error nothing is stored.
func (m Map[K, V]) Set(ctx context.Context, k K, v V) error {
	var t table
	err := m.enter(&t)
	if err == nil {
		err = t.set(ctx, bytesOf(&k), bytesOf(&v))
		t.at.leave()
	}
	return m.failed("set in map", err)
}

// GetOrSet returns the value of k if there is one; otherwise it makes it v. ok
// says that there was one. Its errors are those of [Map.Set].
func (m Map[K, V]) GetOrSet(ctx context.Context, k K, v V) (now V, ok bool, err error) {
	var t table
	err = m.enter(&t)
	if err == nil {
		if ok, err = t.get(bytesOf(&k), bytesOf(&now)); !ok && err == nil {
			now = v
			ok, err = t.getOrSet(ctx, bytesOf(&k), bytesOf(&now))
		}
		t.at.leave()
	}
	return now, ok, m.failed("get or set in map", err)
}

// Update calls f with the value of k, zero if there is none, and whether there
// is one. If f returns true, what it leaves there becomes the value of k; if
// false, k is deleted. Nobody changes k in between. f works on a copy of its
// own: if it panics, nothing is changed. It runs under the locks of k's bucket and
// stripe, so it must not change the same map; others that do wait for it.
//
// Its errors are those of [Map.Set].
func (m Map[K, V]) Update(ctx context.Context, k K, f func(v *V, ok bool) (keep bool)) error {
	var t table
	if err := m.enter(&t); err != nil {
		return m.failed("update map", err)
	}
	defer t.at.leave()
	var v V
	err := t.edit(ctx, bytesOf(&k), bytesOf(&v), func(found bool) verdict {
		if f(&v, found) {
			return storeEntry
		}
		return removeEntry
	})
	return m.failed("update map", err)
}

// Delete deletes k and reports whether it was there. Its errors are those of
// [Map.Set], without ErrNoSpace.
func (m Map[K, V]) Delete(ctx context.Context, k K) (was bool, err error) {
	var t table
	err = m.enter(&t)
	if err == nil {
		was, err = t.delete(ctx, bytesOf(&k), nil)
		t.at.leave()
	}
	return was, m.failed("delete from map", err)
}

// CompareAndDelete deletes k if its value is v, compared by bytes, and reports
// whether it did. Its errors are those of [Map.Delete].
func (m Map[K, V]) CompareAndDelete(ctx context.Context, k K, v V) (was bool, err error) {
	var t table
	err = m.enter(&t)
	if err == nil {
		was, err = t.delete(ctx, bytesOf(&k), bytesOf(&v))
		t.at.leave()
	}
	return was, m.failed("delete from map", err)
}

// Len is how many entries there are, exactly if nobody is changing the map; 0
// for a map that is freed or whose arena is closed. It reads one word a stripe.
// What a process that died did not count is counted first, but not by a reader.
func (m Map[K, V]) Len() int {
	var t table
	err := m.enter(&t)
	if errors.Is(err, ErrReadOnly) && m.view(&t) == nil {
		return int(t.counted())
	}
	if err != nil {
		return 0
	}
	n, _ := t.count()
	t.at.leave()
	return int(n)
}

// Clear deletes all entries, stripe by stripe, so that others may see some of
// them gone and some not yet, and what is set meanwhile may stay. Its errors
// are those of [Map.Delete].
func (m Map[K, V]) Clear(ctx context.Context) error {
	var t table
	err := m.enter(&t)
	if err == nil {
		err = t.clear(ctx)
		t.at.leave()
	}
	return m.failed("clear map", err)
}

// Each calls f with each entry, in no order, until f returns false. Others may
// change the map meanwhile, and f may, too: no key is seen twice, and one that
// is there all the time is seen exactly once, with a value that it had meanwhile.
//
// Its errors are those of [Map.Get].
func (m Map[K, V]) Each(f func(K, V) bool) error {
	var t table
	err := m.view(&t)
	if err == nil {
		var k K
		var v V
		err = t.walk(func(entry []uint64) bool {
			fromWords(bytesOf(&k), entry[:t.key])
			fromWords(bytesOf(&v), entry[t.key:])
			return f(k, v)
		})
	}
	return m.failed("walk through map", err)
}

// All is Each as a sequence. It ends early where Each would return an error.
func (m Map[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { _ = m.Each(yield) }
}

// Free gives the memory back, that of all segments and then the first block; if
// it is cut short, call it again. What keys and values name is not freed with
// them. Nobody may be inside a call on the Map; calls that come later return
// [ErrFreed].
//
// Errors: [ErrBadFree], [ErrClosed], [ErrReadOnly], [ErrCorrupt]; [ErrBusy] if a
// living process holds the map's lock for growing for ten seconds.
func (m Map[K, V]) Free() error {
	if err := freeMap(rootOf(m.words)); err != nil {
		return m.failed("free map", err)
	}
	return m.words.Free()
}
