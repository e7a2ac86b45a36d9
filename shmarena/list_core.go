package shmarena

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/words"
)

// list is one call's view of a List, whatever its elements are.
type list struct {
	at   *attachment
	head *listHead
	size int // words of an element
}

// viewList returns the list for a call that only reads.
func viewList(b root, size int) (list, error) {
	at, mem, err := b.look()
	if err != nil {
		return list{}, err
	}
	return listIn(at, mem, size)
}

func listIn(at *attachment, mem []byte, size int) (list, error) {
	if len(mem) != listHeadSize {
		return list{}, ErrFreed
	}
	l := list{at, overlay[listHead](mem), size}
	if l.head.freed.Load() != 0 {
		return list{}, ErrFreed
	}
	return l, nil
}

// enterList returns the list with its lock held; leave gives it back.
func enterList(ctx context.Context, b root, size int) (list, error) {
	at, mem, err := b.enter()
	if err != nil {
		return list{}, err
	}
	l, err := listIn(at, mem, size)
	if err == nil {
		err = l.lock(ctx)
	}
	if err != nil {
		at.leave()
	}
	return l, err
}

// lock takes the list's lock. A dead owner may have written an element behind
// the end, which readers could have seen; they find the version changed.
func (l *list) lock(ctx context.Context) error {
	died, err := l.at.seize(ctx, &l.head.mu)
	if died {
		l.head.version.Add(1)
	}
	return err
}

func (l *list) leave() {
	l.at.yield(&l.head.mu)
	l.at.leave()
}

// get copies element i and reports whether there was one.
//
// An element that is written anew between a Pop and the end of an Append is not
// part of the list, and a reader that began before could take it for one. So
// the version is looked at before and after, and whether the element still is
// inside before the second look: then it was, all the time.
func (l *list) get(i uint64, v []byte) (bool, error) {
	for tries := 0; ; tries++ {
		version := l.head.version.Load() // pairs with shrink
		if i >= l.head.n.Load() {        // pairs with append: the element is whole
			return false, nil
		}
		at, err := l.cell(i)
		if err != nil {
			return false, err
		}
		whole := at.load(v)
		inside := i < l.head.n.Load()
		if whole && inside && l.head.version.Load() == version {
			return true, nil
		}
		if !again(tries) {
			return false, errChanging
		}
	}
}

// existing finds an element that must be there. The caller holds the lock.
func (l *list) existing(i int) (listCell, error) {
	if n := l.head.n.Load(); i < 0 || uint64(i) >= n {
		return listCell{}, argument("element %d of %d", i, n)
	}
	return l.cell(uint64(i))
}

// append stores an element behind the last one. The caller holds the lock.
func (l *list) append(v []byte) (uint64, error) {
	n := l.head.n.Load()
	k, _, _ := segmentOf(n, listFirstLog)
	if k >= listSegments {
		return 0, fmt.Errorf("list of %d elements: %w", n, ErrCorrupt)
	}
	if l.head.parts[k].Load() == 0 {
		if err := l.at.allocInto(l.partSize(k), &l.head.parts[k]); err != nil {
			return 0, err
		}
	}
	at, err := l.cell(n)
	if err != nil {
		return 0, err
	}
	at.store(v)
	l.head.n.Store(n + 1) // pairs with get
	return n, nil
}

// pop copies the last element and takes it away. The caller holds the lock.
func (l *list) pop(v []byte) (bool, error) {
	n := l.head.n.Load()
	if n == 0 {
		return false, nil
	}
	at, err := l.cell(n - 1)
	if err != nil {
		return false, err
	}
	at.load(v)
	l.shrink(n - 1)
	return true, nil
}

// shrink makes the list shorter. The caller holds the lock.
func (l *list) shrink(n uint64) {
	l.head.version.Add(1) // before the length: see get
	l.head.n.Store(n)
}

// stride is how many words an element takes: one by itself, or a sequence and
// two copies.
func (l *list) stride() uint64 {
	if l.size == 1 {
		return 1
	}
	return uint64(1 + 2*l.size)
}

const listFirstLog = 4

var _ [listFirst - 1<<listFirstLog]struct{} // they say the same

// partSize is the size of segment k, negative if it is beyond any arena.
func (l *list) partSize(k int) int64 {
	n := uint64(listFirst) << max(0, k-1)
	if n > maxSize/(8*l.stride()) {
		return maxSize + 1
	}
	return int64(8 * n * l.stride())
}

// segmentOf says in which segment thing i is when segment 0 has 1<<log of them
// and each other one as many as all before; first is the first of the segment.
func segmentOf(i uint64, log uint) (k int, first, n uint64) {
	k = bits.Len64(i >> log)
	if k == 0 {
		return 0, 0, 1 << log
	}
	first = 1 << (log + uint(k) - 1)
	return k, first, first
}

// cell finds element i.
func (l *list) cell(i uint64) (listCell, error) {
	k, first, _ := segmentOf(i, listFirstLog)
	if k >= listSegments {
		return listCell{}, fmt.Errorf("element %d of a list: %w", i, ErrCorrupt)
	}
	mem, err := l.at.named(&l.head.parts[k])
	if err != nil {
		return listCell{}, l.missing(err, i)
	}
	words, at := wordsIn(mem), (i-first)*l.stride()
	if at+l.stride() > uint64(len(words)) {
		return listCell{}, fmt.Errorf("element %d is beyond its segment of %d bytes: %w", i, len(mem), ErrCorrupt)
	}
	return listCell{words[at : at+l.stride()]}, nil
}

// missing is the error of an element that has no memory.
func (l *list) missing(err error, i uint64) error {
	if l.head.freed.Load() != 0 {
		return ErrFreed
	}
	return fmt.Errorf("element %d has no memory: %w: %w", i, err, ErrCorrupt)
}

// listCell is where an element is: its one word, or {stores so far, copy 0, copy 1}.
type listCell struct{ words []atomic.Uint64 }

// load copies it and reports whether the copy is whole.
func (c listCell) load(v []byte) bool {
	if len(c.words) == 1 {
		words.Load(v, c.words)
		return true
	}
	seq := c.words[0].Load() // pairs with store
	words.Load(v, c.half(seq))
	return c.words[0].Load() == seq
}

// store makes v the element. The caller holds the lock.
func (c listCell) store(v []byte) {
	if len(c.words) == 1 {
		if len(v) == 8 {
			words.Store(c.words, v)
		} else {
			c.words[0].Store(words.Last(v))
		}
		return
	}
	seq := c.words[0].Load() + 1
	words.Store(c.half(seq), v)
	c.words[0].Store(seq)
}

// half is the copy that readers have after so many stores.
func (c listCell) half(seq uint64) []atomic.Uint64 {
	size := (len(c.words) - 1) / 2
	if seq%2 == 0 {
		return c.words[1 : 1+size]
	}
	return c.words[1+size:]
}

// freeList frees the segments of a list.
func freeList(b root) error {
	at, mem, err := b.enter()
	if err != nil {
		return errFreed(err)
	}
	defer at.leave()
	if len(mem) != listHeadSize {
		return ErrBadFree
	}
	head := overlay[listHead](mem)
	return at.freeParts(&head.mu, &head.freed, head.parts[:])
}

// freeParts marks a collection as freed and frees its segments. It may be cut
// short and called again.
func (at *attachment) freeParts(mu *futex.Mutex, freed *atomic.Uint64, parts []atomic.Uint64) error {
	ctx, cancel := context.WithTimeout(context.Background(), lockPatience)
	defer cancel()
	if _, err := at.seize(ctx, mu); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("%w: %w", err, ErrBusy)
		}
		return err
	}
	defer at.yield(mu)
	freed.Store(1)
	var errs []error
	for i := range parts {
		errs = append(errs, (&Arena{at: at}).freeRef(&parts[i]))
	}
	return errors.Join(errs...)
}

// errFreed is err as freeing says it.
func errFreed(err error) error {
	if errors.Is(err, ErrFreed) {
		return ErrBadFree
	}
	return err
}
