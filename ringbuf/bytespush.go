package ringbuf

import "context"

// TryPush copies b into the ring as one record, or fails at once, as TryClaim does. ErrClosed from
// a push that overlaps Close may come although the record arrives; nil means that it does, if the
// consumer drains the ring.
func (p *BytesProducer) TryPush(b []byte) error { return p.push(atOnce, b, 0) }

// Push is TryPush that waits while the ring is full, as Claim does.
func (p *BytesProducer) Push(ctx context.Context, b []byte) error { return p.pushMarked(ctx, b, 0) }

func (p *BytesProducer) pushMarked(ctx context.Context, b []byte, mark uint32) error {
	if err := p.push(ctx, b, mark); err != ErrFull {
		return err
	}
	return p.wait(ctx, func() error { return p.push(ctx, b, mark) })
}

func (p *BytesProducer) push(ctx context.Context, b []byte, mark uint32) error {
	if p.ring.many {
		return p.pushShared(ctx, b, mark)
	}
	if p.bell.Load()&^parked != 0 {
		return p.halted()
	}
	if !p.ring.fits(len(b)) {
		return p.ring.tooLarge(len(b))
	}
	tail, err := p.begin(ctx, uint64(len(b))+headerSize)
	if err != nil {
		return err
	}
	p.publish(p.put(tail, b, mark))
	if p.bell.Load() != 0 {
		return p.rung()
	}
	return nil
}

// put stores a whole record behind the tail of a single producer, and returns the tail behind it.
func (p *BytesProducer) put(tail uint64, b []byte, mark uint32) (end uint64) {
	length := uint64(len(b)) + headerSize
	pos, end := p.place(tail, length, stored(length, mark))
	p.copyIn(p.data.payload(pos, uint64(len(b))), b)
	return end
}

// publish moves the tail of a single producer, and does not let the look at the bell that follows
// come before that, unless the consumer brings the fence.
func (p *BytesProducer) publish(tail uint64) {
	p.tail = tail
	if plainStores && p.fast {
		storePlain(p.ring.tail, tail)
		return
	}
	p.ring.tail.Store(tail)
	if plainStores && p.earn.ready() {
		p.fast = goPlain(p.ring.plainPush)
	}
}

// pushShared copies outside the lock.
func (p *BytesProducer) pushShared(ctx context.Context, b []byte, mark uint32) error {
	l, err := p.claim(ctx, len(b))
	if err != nil {
		return err
	}
	p.copyIn(l.Bytes(), b)
	return l.settle(mark)
}

// TryPushBatch stores the first n messages, as many as fit, and returns n; it fails like TryPush
// when n is 0 and there are messages. A single producer publishes the batch by one store; of many,
// each takes the lock once, and the batch stands together.
//
// ErrClosed says that the ring was closed meanwhile: of the n, some may arrive.
func (p *BytesProducer) TryPushBatch(msgs [][]byte) (n int, err error) {
	if p.bell.Load()&^parked != 0 {
		return 0, p.halted()
	}
	if len(msgs) == 0 {
		return 0, nil
	}
	if !p.ring.fits(len(msgs[0])) {
		return 0, p.ring.tooLarge(len(msgs[0]))
	}
	if p.ring.many {
		return p.batchShared(msgs)
	}
	if err := p.reload(p.tail, 0); err != nil {
		return 0, err
	}
	tail := p.tail
	for n < len(msgs) && p.roomFor(tail, msgs[n]) {
		tail = p.put(tail, msgs[n], 0)
		n++
	}
	if n == 0 {
		return 0, ErrFull
	}
	p.publish(tail)
	return n, p.rung()
}

// roomFor says whether b fits behind tail as far as we know.
func (p *BytesProducer) roomFor(tail uint64, b []byte) bool {
	_, need := p.ring.span(tail, uint64(len(b))+headerSize)
	return p.ring.fits(len(b)) && need <= p.limit-tail
}

// batchShared claims under the lock, then copies and commits.
func (p *BytesProducer) batchShared(msgs [][]byte) (n int, err error) {
	if err := p.lockTail(atOnce); err != nil {
		return 0, err
	}
	tail, err := p.roomNow(uint64(len(msgs[0])) + headerSize)
	if err != nil {
		p.unlockTail()
		return 0, err
	}
	first := tail
	for n < len(msgs) && p.roomFor(tail, msgs[n]) {
		length := uint64(len(msgs[n])) + headerSize
		_, tail = p.place(tail, length, claimed(length, p.id))
		n++
	}
	p.end(tail)
	for _, b := range msgs[:n] {
		pad, need := p.ring.span(first, uint64(len(b))+headerSize)
		p.copyIn(p.data.payload(first+pad, uint64(len(b))), b)
		p.data.at(first + pad).Store(uint64(stored(uint64(len(b))+headerSize, 0)))
		first += need
	}
	return n, p.rung()
}
