package ringbuf

import (
	"encoding/binary"
	"sync/atomic"
	"time"
)

// What it costs to write where the other side has read depends on whether the two CPUs share a cache:
// about 2 ns a line where they do, 30 to 50 where they do not, unless the consumer has stored to the
// line before it gave it back (see region.own). That in turn costs a second pass over the record, which
// a record of a few lines repays either way, and a long one only where the CPUs share none. Nobody
// knows where they are, and a hypervisor moves them; but a producer can time what it copies. It says
// in the ring what it has found, and the consumer does accordingly. A wrong word costs time only.

const (
	// ownAlways is up to how many bytes a record's lines are owned without being asked.
	ownAlways = 16 << 10
	// copyAtOnce is how many bytes are copied in one go: Go's copy of a MiB or more goes round the
	// caches, in which the other side would find it.
	copyAtOnce = 64 << 10
	// timeEvery is how many bytes of long records lie between two that are timed.
	timeEvery = 256 << 10
	// slowLine is how long a cache line takes at least where the CPUs share no cache.
	slowLine = 20 * time.Nanosecond
	// apartFor is how long what was found is taken for true. Then the lines are not owned, for as long
	// as it takes to find the same again, which is a lap of the ring.
	apartFor = 200 * time.Millisecond
)

// distance is what a producer knows of how far apart the CPUs are.
type distance struct {
	since int           // bytes since the last timing
	slow  bool          // it was slow, and lines are not owned
	said  bool          // what the ring said then
	until time.Duration // when it is no longer believed
}

// due says whether a record of n bytes is timed.
func (d *distance) due(n int) bool {
	if d.since += n; d.since < timeEvery && !d.slow {
		return false
	}
	d.since = 0
	return true
}

// timed takes note of how long it took to copy n bytes, until now. It takes two in a row that are slow:
// one may be a process that lost its CPU.
func (d *distance) timed(word *atomic.Uint32, n int, took, now time.Duration) {
	said, slow := word.Load() != 0, took > time.Duration(n/slotAlign)*slowLine
	switch {
	case said && !d.said: // by another producer, or one before
		d.until = now + apartFor
	case said && now >= d.until:
		word.Store(0)
		said, slow = false, false // these lines were owned
	case !said && slow && d.slow:
		word.Store(1)
		said, d.until = true, now+apartFor
	}
	d.said, d.slow = said, slow && !said
}

var epoch = time.Now()

// copyIn copies b to a record of the producer's.
func (p *BytesProducer) copyIn(dst, b []byte) {
	switch {
	case len(b) <= slotAlign:
		copyWords(dst, b)
	case len(b) <= ownAlways || !plainStores:
		copyLong(dst, b)
	default:
		p.copyTimed(dst, b)
	}
}

// copyTimed times the first piece, now and then.
func (p *BytesProducer) copyTimed(dst, b []byte) {
	if p.away.due(len(b)) {
		n, from := min(len(b), copyAtOnce), time.Since(epoch)
		copy(dst[:n], b[:n])
		now := time.Since(epoch)
		p.away.timed(p.ring.apart, n, now-from, now)
		dst, b = dst[n:], b[n:]
	}
	copyLong(dst, b)
}

// copyLong is copy in pieces.
//
// Preconditions: dst is as long as src, or longer.
func copyLong(dst, src []byte) {
	for len(src) > copyAtOnce {
		copy(dst[:copyAtOnce], src[:copyAtOnce])
		dst, src = dst[copyAtOnce:], src[copyAtOnce:]
	}
	copy(dst, src)
}

// copyWords is copy of a few bytes, by words: see move.
//
// Preconditions: dst is as long as src, or longer.
func copyWords(dst, src []byte) {
	for len(src) >= 8 && len(dst) >= 8 {
		binary.LittleEndian.PutUint64(dst, binary.LittleEndian.Uint64(src))
		dst, src = dst[8:], src[8:]
	}
	if len(src) > 0 {
		copy(dst, src)
	}
}

// owns says whether the consumer owns the lines of a record of n bytes before it gives it back.
func (c *BytesConsumer) owns(n uint64) bool { return n <= ownAlways || c.apart }
