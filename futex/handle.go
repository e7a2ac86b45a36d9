package futex

import "context"

// Handle is a mutex as one member uses it: a plain value, cheap to copy, whose
// Lock and Unlock compile into the caller down to the compare-and-swap.
type Handle struct {
	mutex  *Mutex
	id     uint32
	member Member
}

// As returns a handle of the mutex for mb.
func (m *Mutex) As(mb Member) Handle { return Handle{m, uint32(mb.ID()), mb} }

// Lock is [Mutex.Lock] for the handle's member.
func (h *Handle) Lock(ctx context.Context) (err error) {
	if !h.mutex.word.CompareAndSwap(0, h.id) {
		err = h.lockSlow(ctx)
	}
	return
}

// TryLock is [Mutex.TryLock] for the handle's member.
func (h *Handle) TryLock() (bool, error) { return h.mutex.TryLock(h.member) }

// Unlock is [Mutex.Unlock] for the handle's member.
func (h *Handle) Unlock() {
	if !h.mutex.word.CompareAndSwap(h.id, 0) {
		h.unlockSlow()
	}
}

// MarkConsistent is [Mutex.MarkConsistent] for the handle's member.
func (h *Handle) MarkConsistent() { h.mutex.MarkConsistent(h.member) }

//go:noinline
func (h *Handle) lockSlow(ctx context.Context) error { return h.mutex.lock(ctx, h.member) }

//go:noinline
func (h *Handle) unlockSlow() { h.mutex.unlockSlow(h.member) }
