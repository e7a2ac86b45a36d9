package futex

import (
	"context"
	"sync/atomic"
)

// RWHandle is an RWMutex as one member uses it: a plain value, cheap to copy,
// which knows the member's cell, so that RLock and RUnlock need no look for it.
type RWHandle struct {
	mutex  *RWMutex
	cell   *atomic.Uint64 // the member's, as long as nobody needs an idle one
	base   uint64         // the cell's value without readers
	member Member
}

// As returns a handle of the mutex for mb.
func (m *RWMutex) As(mb Member) RWHandle {
	return RWHandle{m, &m.cells[m.settle(mb)].held, cellOf(mb.ID(), 0), mb}
}

// countIn counts a reader in, if the cell is its member's: base is what the cell
// is without readers. countOut counts one out.
func countIn(cell *atomic.Uint64, base uint64) bool {
	v := cell.Load()
	return v-base < maxReaders && cell.CompareAndSwap(v, v+1)
}

func countOut(cell *atomic.Uint64, base uint64) bool {
	v := cell.Load()
	return v-base-1 < maxReaders && cell.CompareAndSwap(v, v-1)
}

// RLock is [RWMutex.RLock] for the handle's member.
func (h *RWHandle) RLock(ctx context.Context) error {
	// The count comes before the look at the word: see readers.
	counted := countIn(h.cell, h.base)
	if counted && h.mutex.word.Load() == 0 {
		return nil
	}
	return h.mutex.rlockSlow(ctx, h.member, counted)
}

// RUnlock is [RWMutex.RUnlock] for the handle's member.
func (h *RWHandle) RUnlock() {
	left := countOut(h.cell, h.base)
	if !left || h.mutex.word.Load() != 0 {
		h.mutex.runlockSlow(h.member, left)
	}
}

// TryRLock is [RWMutex.TryRLock] for the handle's member.
func (h *RWHandle) TryRLock() (bool, error) { return h.mutex.TryRLock(h.member) }

// Lock is [RWMutex.Lock] for the handle's member.
func (h *RWHandle) Lock(ctx context.Context) error { return h.mutex.Lock(ctx, h.member) }

// TryLock is [RWMutex.TryLock] for the handle's member.
func (h *RWHandle) TryLock() (bool, error) { return h.mutex.TryLock(h.member) }

// Unlock is [RWMutex.Unlock] for the handle's member.
func (h *RWHandle) Unlock() { h.mutex.Unlock(h.member) }

// MarkConsistent is [RWMutex.MarkConsistent] for the handle's member.
func (h *RWHandle) MarkConsistent() { h.mutex.MarkConsistent(h.member) }
