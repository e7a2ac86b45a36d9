package futex

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
)

// Holder owns RMutexes on behalf of whoever has it: a goroutine, or several that
// act as one. It belongs to one member. Its Lock and Unlock calls may come from
// any goroutine, but not two at once.
type Holder struct {
	member Member
	name   uint64 // as RMutex.holder
}

// holders is how many there have been in this process: 2^34 names last for
// centuries of one a second, and none is given out twice.
var holders atomic.Uint64

// NewHolder returns a holder that no mutex knows so far.
func NewHolder(mb Member) *Holder {
	n := holders.Add(1)
	if n >= 1<<34 {
		panic("futex: too many holders")
	}
	return &Holder{mb, n<<30 | uint64(mb.ID())}
}

// Lock locks the mutex for h, once more if h holds it already. Its results are
// those of [Mutex.Lock]; and ErrOverflow, with the mutex held as before, when it
// was locked as often as can be counted.
//
// Besides the compare-and-swap, the first Lock and the last Unlock store the
// holder; another Lock by the holder is a load and a store.
func (m *RMutex) Lock(ctx context.Context, h *Holder) error {
	if m.holder.Load() == h.name {
		return m.again()
	}
	return m.first(h, m.mutex.Lock(ctx, h.member))
}

// TryLock is Lock without waiting: true when h holds the mutex, once more.
func (m *RMutex) TryLock(h *Holder) (bool, error) {
	if m.holder.Load() == h.name {
		err := m.again()
		return err == nil, err
	}
	ok, err := m.mutex.TryLock(h.member)
	if !ok {
		return false, err
	}
	return true, m.first(h, err)
}

// again counts one more Lock of the holder. Only the holder stores its name, and
// takes it back before it unlocks; a dead one's names its member: so whoever
// finds its own name here holds the mutex.
func (m *RMutex) again() error {
	d := m.depth.Load()
	if d == math.MaxUint32 {
		return ErrOverflow
	}
	m.depth.Store(d + 1)
	return nil
}

// first stores the holder after the member has locked the mutex, or not.
func (m *RMutex) first(h *Holder, err error) error {
	if err != nil {
		if !errors.Is(err, ErrOwnerDied) {
			return err
		}
		m.depth.Store(0) // the dead one's
	}
	m.holder.Store(h.name)
	return err
}

// Unlock undoes one Lock of h. The last one unlocks the mutex as [Mutex.Unlock]
// does: after ErrOwnerDied without MarkConsistent for ever.
//
// It panics if h does not hold the mutex; the mutex is then unchanged.
func (m *RMutex) Unlock(h *Holder) {
	m.mustHold(h)
	if d := m.depth.Load(); d > 0 {
		m.depth.Store(d - 1)
		return
	}
	m.holder.Store(0)
	m.mutex.Unlock(h.member)
}

// MarkConsistent says that what the mutex guards has been repaired after
// ErrOwnerDied. It panics if h does not hold the mutex.
func (m *RMutex) MarkConsistent(h *Holder) {
	m.mustHold(h)
	m.mutex.MarkConsistent(h.member)
}

func (m *RMutex) mustHold(h *Holder) {
	if m.holder.Load() != h.name {
		panic("futex: use of an RMutex that the holder does not hold")
	}
}

// Depth returns how often h has locked the mutex: 0 if it does not hold it.
func (m *RMutex) Depth(h *Holder) int {
	if m.holder.Load() != h.name {
		return 0
	}
	return int(m.depth.Load()) + 1
}
