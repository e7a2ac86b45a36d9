package futex

import (
	"context"
	"sync/atomic"
)

// MaxPermits is how many permits there can be.
const MaxPermits = 4096

// Permits are a fixed number of permits in shared memory, each of which is free or
// had by a member. That stands in a word of its own, written by the very
// compare-and-swap that takes the permit; so the permits of a member that dies are
// taken by whoever looks for one, exactly, and there is nothing to repair. A
// member that is stopped keeps its own.
//
// Permits is one process's view; the memory is described at layout.go's header.
// Any goroutine may use it. The memory must stay mapped while a call runs.
//
// Among processes whoever comes first takes a permit; the goroutines of one
// process that sleep are served in order.
type Permits struct {
	head  *permitsHeader
	words []atomic.Uint32 // each written by who takes the permit, and by who has it
	hint  atomic.Uint32   // 1 + the permit that this process freed last; 0 = none so far
}

// Permit is one of the permits, taken.
type Permit struct {
	// Index is below the number of permits, and belongs to nobody else meanwhile.
	Index int

	// From is the member that died with it, NoID if it was free. What the permit
	// stands for may be half changed.
	From ID
}

// PermitsSize is how many bytes n permits take: a multiple of 64.
//
// Preconditions:
//   - 0 < n <= MaxPermits
func PermitsSize(n int) int {
	if n <= 0 || n > MaxPermits {
		panic("futex: number of permits out of range")
	}
	return permitsHeaderSize + (4*n+63)&^63
}

// NewPermits makes n permits of zeroed memory, all free, or returns those that are
// there: several processes may call it at once, with the same n.
//
//   - ErrRange: n is not from 1 to MaxPermits, mem is shorter than PermitsSize(n)
//     or not 4-byte aligned.
//   - ErrInUse: there are permits of another number.
//
// Memory that begins on a cache line is used best.
func NewPermits(mem []byte, n int) (*Permits, error) {
	if n <= 0 || n > MaxPermits || len(mem) < PermitsSize(n) || !alignedTo(mem, 4) {
		return nil, ErrRange
	}
	p := viewPermits(mem, n)
	if !p.head.n.CompareAndSwap(0, uint32(n)) && p.head.n.Load() != uint32(n) {
		return nil, ErrInUse
	}
	return p, nil
}

// AttachPermits returns the permits that are in mem. ErrRange says that there are
// none, or more than mem has room for.
func AttachPermits(mem []byte) (*Permits, error) {
	if len(mem) < permitsHeaderSize || !alignedTo(mem, 4) {
		return nil, ErrRange
	}
	n := viewPermits(mem, 0).head.n.Load()
	if n == 0 || n > MaxPermits || len(mem) < PermitsSize(int(n)) {
		return nil, ErrRange
	}
	return viewPermits(mem, int(n)), nil
}

// Len is the number of permits.
func (p *Permits) Len() int { return len(p.words) }

// Holder returns the member that has permit i at this moment, for reports: it may
// be dead. NoID is nobody.
func (p *Permits) Holder(i int) ID { return ID(p.words[i].Load()) }

// Acquire takes a permit that is free or whose member is dead, and waits for one if
// there is none.
//
//   - nil: taken. What can be had at once is taken even if ctx is done.
//   - an error of ctx, never before its deadline: nothing is taken.
//   - ErrAddress: nothing is taken; the memory is not mapped.
func (p *Permits) Acquire(ctx context.Context, mb Member) (Permit, error) {
	// Pairs with Release: what the one who had it wrote is seen from here on.
	id, i := uint32(mb.ID()), p.hint.Load()-1
	if uint(i) < uint(len(p.words)) && p.words[i].CompareAndSwap(0, id) {
		return Permit{Index: int(i)}, nil
	}
	return p.acquireSlow(ctx, mb)
}

// TryAcquire takes a permit that is free or whose member is dead. It is false if
// there is none.
func (p *Permits) TryAcquire(mb Member) (Permit, bool) {
	id, i := uint32(mb.ID()), p.hint.Load()-1
	if uint(i) < uint(len(p.words)) && p.words[i].CompareAndSwap(0, id) {
		return Permit{Index: int(i)}, true
	}
	return p.find(mb)
}

// Release frees permit i, and wakes one who sleeps for it.
//
// It panics if mb does not have it; nothing is then changed.
func (p *Permits) Release(mb Member, i int) {
	if uint(i) >= uint(len(p.words)) || !p.words[i].CompareAndSwap(uint32(mb.ID()), 0) {
		panic("futex: Release of a permit that the member does not have")
	}
	if h := uint32(i) + 1; p.hint.Load() != h {
		p.hint.Store(h)
	}
	// The sleeper sets W and then looks at the words; here it is the other way
	// round, so that one of the two sees the other.
	if p.head.bell.Load()&bellWaiters != 0 {
		p.ring()
	}
}
