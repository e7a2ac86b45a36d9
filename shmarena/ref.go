package shmarena

import "fmt"

// Ref is a reference to an array that several processes use and none of them owns:
// a plain value of 32 bytes, to be sent with the message that speaks of the array.
// A reference belongs to one process; the last one to be released frees the
// array. What a dead process had is released when its death is noticed.
//
//	r, err := x.Retain()      // for each consumer, before it is told
//	...                       // send r
//	r, err = r.Take()         // in the consumer: from here on its death releases it
//	err = r.Release()         // the last one frees x
type Ref[T any] struct {
	x          Array[T]
	entry, tag uint32
}

// Retain returns a new reference to the array, which belongs to this process. As
// long as there are references the array cannot be freed otherwise ([ErrHeld]). It
// costs one uncontended mutex of the arena and a scan of the holds in use.
//
// Errors: [ErrFreed], [ErrClosed], [ErrReadOnly]; [ErrFull] if the arena has 1022
// holds; [ErrBusy].
func (x Array[T]) Retain() (Ref[T], error) {
	at, b, err := x.claimable()
	if err != nil {
		return Ref[T]{}, fmt.Errorf("shmarena: retain at %#x: %w", x.off, err)
	}
	defer at.leave()
	t, _, err := at.heap.holds.take(holdRef, b, func() bool { return true })
	if err != nil {
		return Ref[T]{}, fmt.Errorf("shmarena: retain at %#x: %w", x.off, err)
	}
	return Ref[T]{x, t.entry, t.tag}, nil
}

// Refs is how many references to the array there are, those of dead processes
// that were not noticed yet included.
func (x Array[T]) Refs() int {
	at, b, err := x.claimable()
	if err != nil {
		return 0
	}
	defer at.leave()
	return at.heap.holds.count(b, refs)
}

// Array is what the reference is to.
func (r Ref[T]) Array() Array[T] { return r.x }

// Slice is the array's.
func (r Ref[T]) Slice() []T { return r.x.Slice() }

// Take makes the reference this process's; whoever had it must not release it any
// more. Until then it is the sender's, and goes with the sender's death: then, and
// if it was released, Take is [ErrBadRelease]. Other errors: [ErrClosed],
// [ErrReadOnly], [ErrArgument] for the zero Ref, [ErrBusy].
func (r Ref[T]) Take() (Ref[T], error) {
	at, b, err := r.enter()
	if err != nil {
		return Ref[T]{}, fmt.Errorf("shmarena: take reference to %#x: %w", r.x.off, err)
	}
	defer at.leave()
	if err := at.heap.holds.adopt(ticket{r.entry, r.tag}, b); err != nil {
		return Ref[T]{}, fmt.Errorf("shmarena: take reference to %#x: %w", r.x.off, err)
	}
	return r, nil
}

// Release gives the reference up, and with the last one frees the array. A
// reference that was released before, or is another process's, is
// [ErrBadRelease], also when the array was freed since, and nothing has changed. [ErrHeld] says that it was the last
// reference but that the array is frozen: it stays, for [Array.Free]. So it does
// with [ErrOverrun], in a checked arena.
func (r Ref[T]) Release() error {
	at, b, err := r.enter()
	if err == nil {
		err = at.heap.holds.release(ticket{r.entry, r.tag}, b)
		at.leave()
	}
	if err != nil {
		return fmt.Errorf("shmarena: release reference to %#x: %w", r.x.off, err)
	}
	return nil
}

// enter enters the arena of a reference; the caller leaves it if there is no error.
// It does not ask for the array: as long as the reference is there the array is,
// but for the moment in which a Free has claimed it and is about to see that.
func (r Ref[T]) enter() (*attachment, blockID, error) {
	if r.x.IsZero() {
		return nil, blockID{}, argument("the zero reference")
	}
	at := attached(r.x.arena())
	if at == nil || at.enter() != nil {
		return nil, blockID{}, ErrClosed
	}
	if at.readOnly() {
		at.leave()
		return nil, blockID{}, ErrReadOnly
	}
	return at, blockID{r.x.off, r.x.gen()}, nil
}

// ref returns the hold that a ticket from outside names, if it is a reference to
// that block.
func (hs *holds) ref(t ticket, b blockID) (*hold, holdWord, bool) {
	if t.entry >= holdEntries {
		return nil, 0, false
	}
	e := &hs.t.holds[t.entry]
	w := holdWord(e.word.Load())
	ok := w.kind() == holdRef && w.tag() == t.tag && e.off.Load() == b.off && e.gen.Load() == uint64(b.gen)
	return e, w, ok
}

// adopt makes somebody's reference this member's.
func (hs *holds) adopt(t ticket, b blockID) error {
	if err := hs.lock(); err != nil {
		return err
	}
	defer hs.mu.release()
	e, w, ok := hs.ref(t, b)
	if !ok || !swap(&e.word, w, makeHold(holdRef, hs.self.ID(), t.tag)) {
		return ErrBadRelease
	}
	return nil
}

// release gives up a reference of this member.
func (hs *holds) release(t ticket, b blockID) error {
	_, w, ok := hs.ref(t, b)
	if !ok || w.owner() != hs.self.ID() {
		return ErrBadRelease
	}
	return hs.releaseFrom(t, w)
}
