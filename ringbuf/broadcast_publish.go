package ringbuf

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/spin"
)

// Publisher is the right to publish, held by one process at a time. One goroutine at a time may use
// it.
type Publisher[T any] struct {
	cells slots[T]
	next  uint64         // index of the next value
	limit uint64         // in the mode Block: the slowest cursor as last read, plus capacity
	gated bool           // the mode is Block
	bell  *atomic.Uint32 // toPublisher
	fast  bool           // reserved and tail are stored by a plain MOV; others bring the fence
	earn  earner
	tries uint32 // publications that found no room

	ring   *Broadcast[T]
	member futex.Member
}

// Publisher takes the role of the publisher for m's process. ErrBusy says that a live process has it,
// this one included. A dead process's role is taken over: publishing goes on after the last value
// that it published, and what it had only half written is gone, with what it had overwritten.
func (b *Broadcast[T]) Publisher(m futex.Member) (*Publisher[T], error) {
	if err := b.claim(m); err != nil {
		return nil, fmt.Errorf("claim publisher: %w", err)
	}
	next := b.tail.Load()
	for n := uint64(0); n < b.size && b.cells.at(next).stamp.Load() == next+1; n++ {
		next++
	}
	stamp, reserved := b.cells.at(next).stamp.Load(), b.reserved.Load()
	ahead, whole, ok := b.lapOfStamp(stamp, next)
	if !ok || whole && ahead != -int64(b.size) || !whole && ahead != 0 || reserved-next > b.size {
		b.publisher.CompareAndSwap(uint32(m.ID()), 0)
		return nil, fmt.Errorf("claim publisher: %w", b.poison("tail", next))
	}
	b.plainPublish.Store(0)
	b.floor.Store(b.oldest()) // before reserved goes back: the values before it are gone
	b.tail.Store(next)
	b.reserved.Store(next)
	return &Publisher[T]{
		cells: b.cells, next: next, limit: next, gated: b.mode == Block, bell: b.toPublisher, ring: b, member: m,
	}, nil
}

// claim stores m's id in the role that is free or a dead process's.
func (b *Broadcast[T]) claim(m futex.Member) error {
	if b.toPublisher.Load()&poisoned != 0 {
		return ErrCorrupt
	}
	owner := b.publisher.Load()
	if owner >= reservedID {
		return b.poison("role", uint64(owner))
	}
	if owner != 0 && m.Alive(futex.ID(owner)) || !b.publisher.CompareAndSwap(owner, uint32(m.ID())) {
		return fmt.Errorf("%w: by member %#x", ErrBusy, b.publisher.Load())
	}
	return nil
}

// Release gives the role back. What was published stays. The Publisher must not be used any more.
func (p *Publisher[T]) Release() {
	p.bell = giveUp(p.bell, p.ring.publisher, p.member)
}

// TryPublish stores v for all subscribers, or fails at once: ErrFull (in the mode Block, when the
// slowest has not read the oldest value), ErrClosed, ErrCorrupt. It makes a system call only to wake
// subscribers that sleep, and at every 256th failure: it asks whether those that it waits for live.
func (p *Publisher[T]) TryPublish(v T) error {
	if err := p.begin(1); err != nil {
		return err
	}
	p.put(p.next, &v)
	p.end(1)
	return nil
}

// TryPublishBatch publishes the first n values of src, as many as there is room for, and returns n;
// it fails like TryPublish when n is 0 and src is not empty. In the mode DropOldest it takes at most
// half the capacity, so that a subscriber has the other half to read meanwhile. A process that is
// killed in it has published a part of the batch, from its first value on.
func (p *Publisher[T]) TryPublishBatch(src []T) (int, error) {
	if len(src) == 0 {
		return 0, nil
	}
	n := min(len(src), int(p.ring.size)/2)
	if p.gated {
		n = p.fitting(len(src))
	}
	err := p.begin(n)
	if err == ErrFull && n > 1 { // somebody has joined since: there may be room for fewer
		n = p.fitting(len(src))
		err = p.begin(n)
	}
	if err != nil {
		return 0, err
	}
	for k := range src[:n] {
		p.put(p.next+uint64(k), &src[k])
	}
	p.end(n)
	return n, nil
}

// fitting is how many of n values there is room for, but at least 1: begin tells whether it is true.
func (p *Publisher[T]) fitting(n int) int {
	if p.limit-p.next < uint64(n) {
		_ = p.room(1)
	}
	return int(min(uint64(n), max(1, p.limit-p.next)))
}

// begin reserves n values. Between the reservation and the first store to a cell it looks at the
// bell: whoever has set a bit in it before is answered, and whoever sets it later sees the
// reservation (see Subscribe, Close).
func (p *Publisher[T]) begin(n int) error {
	if p.bell.Load()&(closed|poisoned) != 0 {
		return p.ring.halted(p.bell)
	}
	if p.gated && p.limit-p.next < uint64(n) {
		if err := p.room(n); err != nil {
			return err
		}
	}
	p.store(p.ring.reserved, p.next+uint64(n))
	if p.bell.Load()&(closed|poisoned|joined) != 0 {
		return p.interrupted(n)
	}
	return nil
}

// put writes value i: the stamp says so before the first word and after the last.
func (p *Publisher[T]) put(i uint64, v *T) {
	cell := p.cells.at(i)
	if plainStores {
		storePlain(&cell.stamp, i)
		cell.write(v)
		storePlain(&cell.stamp, i+1)
		return
	}
	cell.stamp.Store(i)
	cell.write(v)
	cell.stamp.Store(i + 1)
}

// end moves the tail, and does not let the look at the bell that follows come before that.
func (p *Publisher[T]) end(n int) {
	p.next += uint64(n)
	p.store(p.ring.tail, p.next)
	if plainStores && !p.fast && p.earn.ready() {
		p.fast = goPlain(p.ring.plainPublish)
	}
	if p.bell.Load()&parked != 0 {
		ringAll(p.bell)
	}
}

func (p *Publisher[T]) store(word *atomic.Uint64, v uint64) {
	if plainStores && p.fast {
		storePlain(word, v)
	} else {
		word.Store(v)
	}
}

// interrupted gives a reservation back if the ring has ended, or if somebody who has just joined
// leaves no room for it.
//
//go:noinline
func (p *Publisher[T]) interrupted(n int) error {
	err := error(nil)
	if p.bell.Load()&(closed|poisoned) == 0 {
		p.bell.And(^uint32(joined))
		if !p.gated {
			return nil
		}
		if err = p.room(n); err == nil {
			return nil
		}
	}
	p.ring.reserved.Store(p.next)
	ringAll(p.bell) // who waits for what was reserved
	if err != nil {
		return err
	}
	return p.ring.halted(p.bell)
}

// room looks at the cursors of all subscribers, which costs a line transfer each, once a lap in the
// steady state, and fails if there is none for n values.
func (p *Publisher[T]) room(n int) error {
	b := p.ring
	least := int64(b.size)
	for k := range maxSubscribers {
		if b.entry(k).Load()&gating == 0 {
			continue
		}
		behind := int64(p.next - b.cursor(k).Load())
		if behind < 0 {
			return b.poison("cursor", b.cursor(k).Load())
		}
		least = min(least, int64(b.size)-behind)
	}
	p.limit = p.next + uint64(max(0, least))
	if least >= int64(n) {
		return nil
	}
	if p.tries++; p.tries%askEvery == 0 {
		p.bury()
	}
	return ErrFull
}

// bury takes the subscribers of dead processes out, and returns whether there was one.
func (p *Publisher[T]) bury() (found bool) {
	for k := range maxSubscribers {
		v := p.ring.entry(k).Load()
		if id := futex.ID(v &^ gating); id != 0 && !p.member.Alive(id) {
			found = p.ring.entry(k).CompareAndSwap(v, 0) || found
		}
	}
	return found
}

// Publish stores v for all subscribers, and waits in the mode Block while the slowest has not read
// the oldest value: it spins, yields, then sleeps. It fails with ErrClosed, ErrCorrupt or the error of
// ctx. After any of these v was not published.
//
// Before it sleeps it asks whether each subscriber lives.
func (p *Publisher[T]) Publish(ctx context.Context, v T) error {
	if err := p.TryPublish(v); err != ErrFull {
		return err
	}
	return p.publishSlow(ctx, v)
}

//go:noinline
func (p *Publisher[T]) publishSlow(ctx context.Context, v T) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for s := (spin.Spinner{}); s.Next(); {
		if err := p.TryPublish(v); err != ErrFull {
			return err
		}
	}
	return p.publishParked(ctx, v)
}

// publishParked waits asleep.
func (p *Publisher[T]) publishParked(ctx context.Context, v T) error {
	w := lull{word: p.ring.toSubscribers, plain: p.ring.plainRead, member: p.member}
	return w.until(ctx, ErrFull, func() error { return p.TryPublish(v) }, func() (bool, bool) {
		p.ring.spread(p.member)
		return p.bury(), false
	})
}
