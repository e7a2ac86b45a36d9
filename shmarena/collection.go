package shmarena

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/spin"
)

// A collection is a block that begins with its locks and counters, and for those
// that grow, words that name more blocks. Its handle is the Array of the first
// block, so that it is stored, sent, published, checked and found freed like any
// Array. The type of that Array's words has the collection's type parameters, so
// that its hash tells collections apart.

// root is the first block of a collection, as its handle names it.
type root struct {
	arena, gen uint32
	off, n     uint64 // n is in words
}

func rootOf[W any](x Array[W]) root { return root{x.arena(), x.gen(), x.off, x.n} }

// look returns the memory for a call that only reads. As with a slice, an arena
// that is closed while the call runs is a fault.
func (b root) look() (*attachment, []byte, error) {
	at := attached(b.arena)
	if at == nil || !at.hand() {
		return nil, nil, ErrClosed
	}
	mem, err := b.memory(at)
	return at, mem, err
}

// enter returns the memory for a call that may hold a lock: at.leave ends it.
// Close does not go through meanwhile, or the lock's owner would be gone. It is
// ErrReadOnly where nothing can be written, which a lock needs.
func (b root) enter() (*attachment, []byte, error) {
	at := attached(b.arena)
	if at == nil || at.enter() != nil {
		return nil, nil, ErrClosed
	}
	if at.readOnly() {
		at.leave()
		return nil, nil, ErrReadOnly
	}
	mem, err := b.memory(at)
	if err != nil {
		at.leave()
		return nil, nil, err
	}
	return at, mem, nil
}

func (b root) memory(at *attachment) ([]byte, error) {
	if !at.heap.resolve(b.gen, b.off, b.n, 8) {
		return nil, ErrFreed
	}
	return at.region[b.off : b.off+8*b.n : b.off+8*b.n], nil
}

// failed says what could not be done.
func (b root) failed(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("shmarena: %s at %#x: %w", what, b.off, err)
}

// self is the member that takes the collections' locks.
func (at *attachment) self() futex.Member { return at.heap.self }

// named is the memory of a block that a word of the arena names.
//
// Preconditions: the caller came here by look or enter, so that the mapping stays
func (at *attachment) named(word *atomic.Uint64) ([]byte, error) {
	r := blockRef(word.Load())
	if r == 0 {
		return nil, ErrCorrupt
	}
	n, ok := at.heap.large(r)
	if !ok {
		p, ok := at.heap.settle(r)
		if !ok {
			return nil, ErrFreed
		}
		n = p.bytes
	}
	return at.region[r.off() : r.off()+n : r.off()+n], nil
}

// large is settle for a large block that is LIVE, as most that are looked for are;
// n is its bytes.
func (h *heap) large(r blockRef) (n uint64, ok bool) {
	rel := r.off() - h.blocks // wraps for an offset before the blocks
	i := rel >> spanShift
	if i >= uint64(len(h.spans)) {
		return 0, false
	}
	s := &h.spans[i]
	c, e := ctrl(s.ctrl.Load()), extent(s.ext.Load())
	return e.bytes(), c.state() == stateLarge && r.names(c.gen()) && rel&(spanSize-1) == 0 && e.spans()-1 < uint64(len(h.spans))-i
}

// allocInto is that of the arena.
func (at *attachment) allocInto(bytes int64, word *atomic.Uint64) error {
	_, err := (&Arena{at: at}).allocInto(bytes, word)
	return err
}

// seize takes a lock of a collection. died says that its last owner died with
// it; the caller repairs what that may have left and goes on: nothing that is
// guarded ever needs more than that.
func (at *attachment) seize(ctx context.Context, mu *futex.Mutex) (died bool, err error) {
	self := at.self()
	return seized(mu, self, mu.Lock(ctx, self))
}

// trySeize is seize if nobody alive holds the lock.
func (at *attachment) trySeize(mu *futex.Mutex) (held, died bool, err error) {
	self := at.self()
	held, err = mu.TryLock(self)
	died, err = seized(mu, self, err)
	return held && err == nil, died, err
}

func seized(mu *futex.Mutex, self futex.Member, err error) (died bool, _ error) {
	switch {
	case err == nil:
		return false, nil
	case errors.Is(err, futex.ErrOwnerDied):
		heal(mu, self)
		return true, nil
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return false, fmt.Errorf("lock is held by member %#x: %w", mu.Holder(), err)
	}
	return false, fmt.Errorf("%w: %w", err, ErrCorrupt)
}

// heal and yield panic in futex if the lock is not held. It is, except where a
// peer scribbled on the word: then it is not ours any more.

func heal(mu *futex.Mutex, self futex.Member) {
	defer func() { _ = recover() }()
	mu.MarkConsistent(self)
}

// yield gives a lock of a collection back.
func (at *attachment) yield(mu *futex.Mutex) {
	defer func() { _ = recover() }()
	mu.Unlock(at.self())
}

const mostTries = 10_000 // of a reader without a lock

// again reports whether a reader is to begin again, after so many tries, because
// somebody changed what it read. That one does not wait for the reader, and the
// reader waits for nobody: it only lets go of the line for a moment.
//
//go:noinline
func again(tries int) bool {
	if tries > 4 {
		spin.Pause(uint32(min(tries, 64)))
		spin.Checkpoint()
	}
	return tries < mostTries
}

// errChanging is what a reader gives up with.
var errChanging = fmt.Errorf("changed %d times while it was read: %w", mostTries, ErrBusy)
