package shmarena

import (
	"context"
	"reflect"
	"sync/atomic"

	"github.com/shmengine/shmengine/internal/pod"
	"github.com/shmengine/shmengine/internal/words"
)

// Value is a T in an arena that any process may load and store at any time: what
// is loaded was stored as a whole, whatever the size of T and whoever dies.
// Readers never wait and never write. The handle is a plain value of 24 bytes,
// to be copied, stored and sent like an [Array].
//
// There are two copies of the T: a store writes the one that readers do not
// have, under a lock, and then steps a sequence. A reader takes what it read if
// the sequence has not moved. So a process that is killed in a store leaves the
// old T.
type Value[T any] struct {
	words Array[valueWord[T]]
}

// valueWord is what the block of a Value is made of. Like those of the other
// collections its name, and that of its field, is part of the type hash: the
// number in it is the version of the layout.
type valueWord[T any] struct {
	_      [0]*T
	Value1 uint64
}

// NewValue returns a Value in the arena that holds v. Its errors are those of
// [Alloc].
func NewValue[T any](a *Arena, v T) (Value[T], error) {
	if err := pod.Check(reflect.TypeFor[T]()); err != nil {
		return Value[T]{}, err
	}
	words, err := Alloc[valueWord[T]](a, valueWords[T]())
	if err != nil {
		return Value[T]{}, err
	}
	x := Value[T]{words}
	return x, x.Store(context.Background(), v) // nobody else can hold the lock
}

// LookupValue finds a Value that was published, as [Lookup] does for an Array.
func LookupValue[T any](a *Arena, name string) (Value[T], error) {
	words, err := Lookup[valueWord[T]](a, name)
	return Value[T]{words}, err
}

// valueWords is how many words the block of a Value has.
func valueWords[T any]() int { return valueHeadSize/8 + 2*wordsOf[T]() }

func (x Value[T]) handle() handle { return x.words.handle() }

// Check is nil if the Value can be used, or [ErrClosed] or [ErrFreed].
func (x Value[T]) Check() error {
	_, mem, err := rootOf(x.words).look()
	if err == nil && len(mem) != 8*valueWords[T]() {
		return ErrFreed
	}
	return err
}

// Load returns what was stored last. It takes a few nanoseconds and the copying
// of a T; it is repeated while others store.
//
// Errors: [ErrFreed], [ErrClosed]; [ErrBusy] if it was overtaken ten thousand
// times. An arena that is closed meanwhile is a fault.
func (x Value[T]) Load() (v T, err error) {
	b := rootOf(x.words)
	_, mem, err := b.look()
	if err != nil || len(mem) != 8*valueWords[T]() {
		return v, b.failed("load value", errOr(err, ErrFreed))
	}
	head := overlay[valueHead](mem)
	for tries := 0; ; tries++ {
		seq := head.seq.Load() // pairs with the step in store: copy seq%2 is whole
		words.Load(bytesOf(&v), valueCopy(mem, seq))
		if head.seq.Load() == seq { // nobody has begun to write it again
			return v, nil
		}
		if !again(tries) {
			return v, b.failed("load value", errChanging)
		}
	}
}

// Store stores v: every Load that begins after it sees it.
//
// Errors: [ErrFreed], [ErrClosed], [ErrReadOnly]; that of ctx if a living process
// holds the Value for so long; [ErrCorrupt].
func (x Value[T]) Store(ctx context.Context, v T) error {
	b := rootOf(x.words)
	at, mem, err := b.enter()
	if err != nil {
		return b.failed("store value", err)
	}
	err = storeValue(ctx, at, mem, bytesOf(&v))
	at.leave()
	return b.failed("store value", err)
}

func storeValue(ctx context.Context, at *attachment, mem, v []byte) error {
	if len(mem) != valueHeadSize+16*((len(v)+7)/8) {
		return ErrFreed
	}
	head := overlay[valueHead](mem)
	if _, err := at.seize(ctx, &head.mu); err != nil {
		return err
	}
	head.put(mem, v)
	at.yield(&head.mu)
	return nil
}

// put writes the copy that no reader has and makes it the one that all have. The
// caller holds the lock; the death of whoever held it before has left nothing to
// repair.
func (head *valueHead) put(mem, v []byte) {
	seq := head.seq.Load() + 1
	words.Store(valueCopy(mem, seq), v)
	head.seq.Store(seq)
}

// Update calls f with what is stored, and stores what f leaves there. Nobody
// else stores in between. f works on a copy of its own: if it panics, nothing
// is stored. It runs under the lock of the Value, which it must not use itself;
// others that store wait for it.
//
// Its errors are those of [Value.Store].
func (x Value[T]) Update(ctx context.Context, f func(*T)) error {
	b := rootOf(x.words)
	at, mem, err := b.enter()
	if err != nil {
		return b.failed("update value", err)
	}
	defer at.leave()
	if len(mem) != 8*valueWords[T]() {
		return b.failed("update value", ErrFreed)
	}
	head := overlay[valueHead](mem)
	if _, err := at.seize(ctx, &head.mu); err != nil {
		return b.failed("update value", err)
	}
	defer at.yield(&head.mu)
	var v T
	words.Load(bytesOf(&v), valueCopy(mem, head.seq.Load()))
	f(&v)
	head.put(mem, bytesOf(&v))
	return nil
}

// valueCopy is the copy that readers have after so many stores.
func valueCopy(mem []byte, seq uint64) []atomic.Uint64 {
	words := wordsIn(mem[valueHeadSize:])
	half := len(words) / 2
	if seq%2 == 0 {
		return words[:half]
	}
	return words[half:]
}

// Free gives the memory back. Nobody may be inside a call on the Value; calls
// that come later return [ErrFreed]. Its errors are those of [Array.Free].
func (x Value[T]) Free() error { return x.words.Free() }

// errOr is err, or why if there is none.
func errOr(err, why error) error {
	if err != nil {
		return err
	}
	return why
}
