package futex

import (
	"context"
	"sync/atomic"
)

// The word of a Mutex: who holds it, and two flags. Free is 0. An owner of all
// ones means that the mutex is not recoverable.
const (
	waitersFlag = 1 << 31 // W: somebody may be asleep; the unlocker wakes one
	deadFlag    = 1 << 30 // D: taken from a dead owner, not marked consistent yet

	notRecoverable = idMask
)

// Mutex is a lock in shared memory that survives the death of its owner. The
// zero value is unlocked. It is four bytes; it must be 4-byte aligned and stay
// where it is while it is used.
//
// The owner is the member, that is, the process: any goroutine of it may
// unlock. It is not recursive. Among processes whoever comes first takes it;
// the goroutines of one process that sleep for it are served in order.
type Mutex struct {
	word atomic.Uint32 // written by every locker, by compare-and-swap only
}

// Lock locks the mutex for mb.
//
//   - nil: locked.
//   - ErrOwnerDied: locked, but the previous owner died while holding it. Repair
//     what it guards, then MarkConsistent, then Unlock.
//   - ErrNotRecoverable: not locked, and never will be again.
//   - an error of ctx, never before its deadline: not locked. A mutex that is
//     free at once is taken even if ctx is already done.
//   - ErrAddress: not locked; the mutex is not in mapped memory.
//
// A goroutine that locks a mutex which its own process holds waits like any
// other; if nobody else unlocks it, until ctx ends.
func (m *Mutex) Lock(ctx context.Context, mb Member) error {
	return m.lock(ctx, mb)
}

// TryLock is Lock without waiting: it takes a mutex that is free or whose owner
// is dead. It is true when the mutex is held by the caller: (true, nil) or
// (true, ErrOwnerDied). It is false when somebody holds it (false, nil), also
// the caller's own process, or when it is lost (false, ErrNotRecoverable).
func (m *Mutex) TryLock(mb Member) (bool, error) {
	if m.word.CompareAndSwap(0, uint32(mb.ID())) {
		return true, nil
	}
	return m.tryDead(mb)
}

// Unlock unlocks the mutex and wakes one that sleeps for it. After ErrOwnerDied
// without MarkConsistent it makes the mutex not recoverable, and wakes all.
//
// It panics if mb does not hold the mutex; the mutex is then unchanged.
func (m *Mutex) Unlock(mb Member) {
	// Pairs with Lock: publishes what was written under the lock.
	if id := mb.ID(); m.word.CompareAndSwap(uint32(id), 0) {
		return
	}
	m.unlockSlow(mb)
}

// MarkConsistent says that what the mutex guards has been repaired after
// ErrOwnerDied. Without a dead previous owner it does nothing.
//
// It panics if mb does not hold the mutex.
func (m *Mutex) MarkConsistent(mb Member) {
	for {
		v := m.word.Load()
		if v&idMask != uint32(mb.ID()) {
			panic("futex: MarkConsistent of a mutex that the member does not hold")
		}
		if v&deadFlag == 0 || m.word.CompareAndSwap(v, v&^deadFlag) {
			return
		}
	}
}

// Holder returns the member that holds the mutex at this moment, for reports:
// by the time the caller looks, somebody else may. NoID is nobody.
func (m *Mutex) Holder() ID {
	if v := m.word.Load() & idMask; v != notRecoverable {
		return ID(v)
	}
	return NoID
}
