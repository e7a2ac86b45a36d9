package shmarena

import (
	"context"
	"iter"
	"reflect"

	"github.com/shmengine/shmengine/internal/pod"
)

// List is a list of T in an arena that any process may read, change and make
// longer at any time. Elements never move: it grows by segments, each as long
// as all before. What is read was stored as a whole, and readers never wait.
// The handle is a plain value of 24 bytes, to be copied, stored and sent like an
// [Array]; every copy is the same list.
//
// Elements of at most 8 bytes take a word each; larger ones are kept twice, as a
// [Value] is. Whoever changes the list does so under its one lock.
//
// Memory is given back by Free only: Pop and Clear keep it for later elements.
type List[T any] struct {
	words Array[listWord[T]]
}

// listWord is what the first block of a List is made of; see valueWord.
type listWord[T any] struct {
	_     [0]*T
	List1 uint64
}

// NewList returns an empty List in the arena. Its errors are those of [Alloc].
func NewList[T any](a *Arena) (List[T], error) {
	if err := pod.Check(reflect.TypeFor[T]()); err != nil {
		return List[T]{}, err
	}
	words, err := Alloc[listWord[T]](a, listHeadSize/8)
	return List[T]{words}, err
}

// LookupList finds a List that was published, as [Lookup] does for an Array.
func LookupList[T any](a *Arena, name string) (List[T], error) {
	words, err := Lookup[listWord[T]](a, name)
	return List[T]{words}, err
}

func (x List[T]) handle() handle { return x.words.handle() }

// Check is nil if the List can be used, or [ErrClosed] or [ErrFreed].
func (x List[T]) Check() error {
	_, err := viewList(rootOf(x.words), wordsOf[T]())
	return err
}

// Len is how many elements there are; 0 for a list that is freed or whose arena
// is closed.
func (x List[T]) Len() int {
	l, err := viewList(rootOf(x.words), wordsOf[T]())
	if err != nil {
		return 0
	}
	return int(l.head.n.Load())
}

// Get returns element i, or false if there is none.
//
// Errors: [ErrFreed], [ErrClosed], [ErrCorrupt]; [ErrBusy] if the list was
// changed ten thousand times meanwhile. An arena that is closed meanwhile is a
// fault.
func (x List[T]) Get(i int) (v T, ok bool, err error) {
	b := rootOf(x.words)
	l, err := viewList(b, wordsOf[T]())
	if err == nil && i >= 0 {
		ok, err = l.get(uint64(i), bytesOf(&v))
	}
	if !ok { // one may have been read, and gone before that was certain
		v = *new(T)
	}
	return v, ok, b.failed("get from list", err)
}

// Set stores element i, which must be there: otherwise it is an [ErrArgument].
//
// Errors: [ErrFreed], [ErrClosed], [ErrReadOnly], [ErrCorrupt]; that of ctx if a
// living process holds the list for so long.
func (x List[T]) Set(ctx context.Context, i int, v T) error {
	b := rootOf(x.words)
	l, err := enterList(ctx, b, wordsOf[T]())
	if err != nil {
		return b.failed("set in list", err)
	}
	at, err := l.existing(i)
	if err == nil {
		at.store(bytesOf(&v))
	}
	l.leave()
	return b.failed("set in list", err)
}

// Update calls f with element i, which must be there, and stores what f leaves.
// Nobody changes the list in between. f works on a copy of its own: if it
// panics, nothing is stored. It runs under the lock of the list, which it must
// not change itself.
//
// Its errors are those of [List.Set].
func (x List[T]) Update(ctx context.Context, i int, f func(*T)) error {
	b := rootOf(x.words)
	l, err := enterList(ctx, b, wordsOf[T]())
	if err != nil {
		return b.failed("update in list", err)
	}
	defer l.leave()
	at, err := l.existing(i)
	if err != nil {
		return b.failed("update in list", err)
	}
	var v T
	at.load(bytesOf(&v))
	f(&v)
	at.store(bytesOf(&v))
	return nil
}

// Append makes the list one longer and returns where the new element is.
//
// Errors: those of [List.Set], and [ErrNoSpace].
func (x List[T]) Append(ctx context.Context, v T) (i int, err error) {
	b := rootOf(x.words)
	l, err := enterList(ctx, b, wordsOf[T]())
	if err != nil {
		return 0, b.failed("append to list", err)
	}
	n, err := l.append(bytesOf(&v))
	l.leave()
	return int(n), b.failed("append to list", err)
}

// Pop takes the last element away and returns it, or false if there is none.
//
// Its errors are those of [List.Set].
func (x List[T]) Pop(ctx context.Context) (v T, ok bool, err error) {
	b := rootOf(x.words)
	l, err := enterList(ctx, b, wordsOf[T]())
	if err != nil {
		return v, false, b.failed("pop from list", err)
	}
	ok, err = l.pop(bytesOf(&v))
	l.leave()
	return v, ok, b.failed("pop from list", err)
}

// Clear takes all elements away, at once. Its errors are those of [List.Set].
func (x List[T]) Clear(ctx context.Context) error {
	b := rootOf(x.words)
	l, err := enterList(ctx, b, wordsOf[T]())
	if err != nil {
		return b.failed("clear list", err)
	}
	l.shrink(0)
	l.leave()
	return nil
}

// All is the elements in order, each as it is when its turn comes; it ends where
// the list ends by then. The body may change the list. It ends early where Get
// would fail: Check says whether it was that.
func (x List[T]) All() iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		for i := 0; ; i++ {
			v, ok, err := x.Get(i)
			if !ok || err != nil || !yield(i, v) {
				return
			}
		}
	}
}

// Free gives the memory back, that of all segments and then the first block; if
// it is cut short, call it again. What elements name is not freed with them.
// Nobody may be inside a call on the List; calls that come later return
// [ErrFreed].
//
// Errors: [ErrBadFree], [ErrClosed], [ErrReadOnly]; [ErrBusy] if a living process
// holds the list's lock for ten seconds; [ErrCorrupt].
func (x List[T]) Free() error {
	b := rootOf(x.words)
	if err := freeList(b); err != nil {
		return b.failed("free list", err)
	}
	return x.words.Free()
}
