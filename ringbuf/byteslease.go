package ringbuf

import (
	"context"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// BytesProducer is the right to write records. One goroutine at a time may use it.
type BytesProducer struct {
	ring  *Bytes
	data  region
	tail  uint64         // one producer: position of the next record
	limit uint64         // head as last read, plus the size of the ring
	bell  *atomic.Uint32 // toProducer
	fast  bool           // publishes by a plain MOV; the consumer brings the fence before it sleeps
	earn  earner
	away  distance
	open  int    // leases that are not settled
	id    uint32 // of the member, as it stands in a claimed record
	lock  futex.Handle

	member futex.Member
}

// Lease is a record that was claimed and is being filled. Nobody sees it until Commit. It is a plain
// value of the producer that claimed it, for the same goroutine.
type Lease struct { // of three words, as View is
	p   *BytesProducer
	pos uint64
	n   uint64 // header and payload
}

// Bytes is the payload to fill: memory of the ring itself, with whatever was there before. It must
// not be touched after Commit or Abort.
func (l Lease) Bytes() []byte {
	if l.p == nil {
		return nil
	}
	return l.p.data.payload(l.pos, l.n-headerSize)
}

// Commit hands the record to the consumer. ErrClosed says that the ring was closed meanwhile: the
// record may arrive or not. ErrLease says that the lease had been settled before.
func (l Lease) Commit() error { return l.settle(0) }

// Abort turns the record into padding, which nobody ever sees. Its errors are those of Commit.
func (l Lease) Abort() error { return l.settle(markPadding) }

// settle stores the final header. The record is found by its position and by its header, which
// names this process: a lease that was settled before finds neither, unless another handle of the
// same process has claimed just as many bytes at the same place since.
func (l Lease) settle(mark uint32) error {
	p := l.p
	if p == nil {
		return ErrLease
	}
	if p.bell.Load()&^(parked|closed) != 0 {
		return p.halted()
	}
	word, was, now := p.data.at(l.pos), uint64(claimed(l.n, p.id)), uint64(stored(l.n, mark))
	if l.pos-(p.limit-p.ring.size) >= p.ring.size { // head is past it
		return ErrLease
	}
	if plainStores && p.fast {
		if word.Load() != was {
			return ErrLease
		}
		storePlain(word, now)
	} else if !word.CompareAndSwap(was, now) {
		return ErrLease
	}
	p.open--
	return p.rung()
}

// rung answers the bell after something was published.
func (p *BytesProducer) rung() error {
	bell := p.bell.Load()
	if bell == 0 {
		return nil
	}
	ringOnce(p.bell)
	if bell&^parked != 0 {
		return p.halted()
	}
	return nil
}

func (p *BytesProducer) halted() error { return p.ring.halted(p.bell) }

// TryClaim claims a record of n bytes, to be filled in place, or fails at once: ErrFull, ErrClosed,
// ErrTooLarge, ErrCorrupt, and in a ring of many producers ErrBusy: another one is just claiming,
// for unusually long. Nothing was claimed then.
//
// Any number of leases may be open, and settled in any order; the consumer gets the records in the
// order in which they were claimed, and waits for one that is not settled. If this process dies the
// record becomes padding; as long as it lives, even stopped, nobody takes the record from it.
func (p *BytesProducer) TryClaim(n int) (Lease, error) { return p.claim(atOnce, n) }

// Claim is TryClaim that waits while the ring is full: it spins, yields, then sleeps. It fails with
// the error of ctx, too, and with ErrPeerDied when the ring is full and the consumer's process died.
func (p *BytesProducer) Claim(ctx context.Context, n int) (Lease, error) {
	l, err := p.claim(ctx, n)
	if err != ErrFull {
		return l, err
	}
	return p.claimSlow(ctx, n)
}

//go:noinline
func (p *BytesProducer) claimSlow(ctx context.Context, n int) (l Lease, err error) {
	err = p.wait(ctx, func() (err error) { l, err = p.claim(ctx, n); return err })
	return l, err
}

// atOnce is the context of those who do not wait, not even for another producer to unlock the tail.
var atOnce context.Context

// claim claims a record.
func (p *BytesProducer) claim(ctx context.Context, n int) (Lease, error) {
	if p.bell.Load()&^parked != 0 {
		return Lease{}, p.halted()
	}
	if !p.ring.fits(n) {
		return Lease{}, p.ring.tooLarge(n)
	}
	length := uint64(n) + headerSize
	tail, err := p.begin(ctx, length)
	if err != nil {
		return Lease{}, err
	}
	pos, end := p.place(tail, length, claimed(length, p.id))
	p.end(end)
	p.open++
	return Lease{p: p, pos: pos, n: length}, nil
}

// place writes the header of a record of length bytes, behind padding if it must, where nobody
// looks yet. end is the tail behind it.
//
// Preconditions: there is room.
func (p *BytesProducer) place(tail, length uint64, h record) (pos, end uint64) {
	pad, need := p.ring.span(tail, length)
	if pad != 0 {
		p.data.at(tail).Store(uint64(stored(pad, markPadding)))
	}
	pos = tail + pad
	if plainStores {
		storePlain(p.data.at(pos), uint64(h))
	} else {
		p.data.at(pos).Store(uint64(h))
	}
	return pos, tail + need
}

// begin finds the tail, with room for a record of length bytes behind it. In a ring of many
// producers it locks the tail; end unlocks it.
func (p *BytesProducer) begin(ctx context.Context, length uint64) (tail uint64, err error) {
	if p.ring.many {
		return p.beginLocked(ctx, length)
	}
	if _, need := p.ring.span(p.tail, length); need > p.limit-p.tail {
		if err := p.reload(p.tail, need); err != nil {
			return 0, err
		}
	}
	return p.tail, nil
}

// end moves tail. Whoever sees it sees the headers in front of it. It does not look at the bell.
func (p *BytesProducer) end(tail uint64) {
	if p.ring.many {
		p.ring.tail.Store(tail)
		p.unlockTail()
		return
	}
	p.tail = tail
	if plainStores {
		storePlain(p.ring.tail, tail)
	} else {
		p.ring.tail.Store(tail)
	}
}

// reload fetches the consumer's head, which costs a line transfer, and says whether there are need
// bytes of room behind tail.
func (p *BytesProducer) reload(tail, need uint64) error {
	head, last := p.ring.head.Load(), p.limit-p.ring.size
	if head-last > tail-last || !p.ring.spans(head, tail) { // moved back, or past what was written
		return p.ring.poison("head", head)
	}
	p.limit = head + p.ring.size
	if need > p.limit-tail {
		return ErrFull
	}
	return nil
}
