package ringbuf

import (
	"fmt"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// Bytes is a ring of records of any length, in order, to one consumer from one producer or from
// many. It is a view of memory that the caller owns; any number of Bytes values, in any processes,
// may look at the same memory. Its methods may be called at once; records are moved by the holders
// of the roles, BytesProducer and BytesConsumer.
//
// A record is one message: it arrives whole, unchanged and aligned to 8 bytes, or not at all.
type Bytes struct {
	data region
	size uint64 // of data: checked when the ring was opened, never loaded again
	many bool

	sides
	flush      *atomic.Uint32
	apart      *atomic.Uint32
	head, tail *atomic.Uint64
	mutex      *futex.Mutex
}

// BytesOptions says what ring NewBytes makes.
type BytesOptions struct {
	// Capacity is how many bytes of records fit at least, 8 bytes a record included. It is rounded
	// up to a power of two; a message may be half of that, less 8 (MaxMessage).
	Capacity int

	// ManyProducers lets any number of processes and goroutines write at once, at the cost of a
	// lock around each claim (not around the copying).
	ManyProducers bool
}

// SizeBytes is the number of bytes of memory that a ring of the capacity needs. ErrSize refuses a
// capacity below 1 or above 1<<30.
func SizeBytes(capacity int) (int, error) {
	if capacity < 1 || capacity > maxData {
		return 0, fmt.Errorf("size ring: %w: capacity %d is not in 1..%d", ErrSize, capacity, maxData)
	}
	return offData + int(dataSize(capacity)), nil
}

func dataSize(capacity int) uint64 { return max(minData, roundUp(capacity)) }

// NewBytes formats mem as an empty ring and opens it. Formatting again is how a poisoned ring is
// reset.
//
// Preconditions:
//   - mem is shared by all processes that use the ring, and stays mapped while they do;
//   - nobody uses a ring in mem.
//
// ErrSize says that mem is smaller than SizeBytes or not aligned to 64 bytes.
func NewBytes(mem []byte, opt BytesOptions) (*Bytes, error) { return newBytes(mem, opt, 0) }

// newBytes is NewBytes with the position of the first record.
func newBytes(mem []byte, opt BytesOptions, first uint64) (*Bytes, error) {
	need, err := SizeBytes(opt.Capacity)
	if err != nil {
		return nil, fmt.Errorf("new ring: %w", err)
	}
	if len(mem) < need || !aligned(mem) {
		return nil, fmt.Errorf("new ring: %w: memory of %d bytes, need %d aligned to %d", ErrSize, len(mem), need, slotAlign)
	}
	h := bytesHeader{producers: 1, size: dataSize(opt.Capacity)}
	if opt.ManyProducers {
		h.producers = 2
	}
	clear(mem[:offData])
	word64(mem, offHead).Store(first)
	word64(mem, offBytesTail).Store(first)
	h.write(mem)
	return viewBytes(mem, h), nil
}

// AttachBytes opens the ring that NewBytes made in mem, in this or another process. ErrMagic,
// ErrVersion, ErrSize and ErrCorrupt say why it is refused.
func AttachBytes(mem []byte) (*Bytes, error) {
	if len(mem) < offData || !aligned(mem) {
		return nil, fmt.Errorf("attach ring: %w: memory of %d bytes, need %d and more aligned to %d", ErrSize, len(mem), offData, slotAlign)
	}
	h, err := validateBytes(mem)
	if err != nil {
		return nil, fmt.Errorf("attach ring: %w", err)
	}
	return viewBytes(mem, h), nil
}

// viewBytes is the ring in mem. Its caller has checked h.
func viewBytes(mem []byte, h bytesHeader) *Bytes {
	return &Bytes{
		data: regionOf(mem, h.size), size: h.size, many: h.producers == 2,
		sides: sidesOf(mem),
		flush: word32(mem, offFlush),
		apart: word32(mem, offApart),
		head:  word64(mem, offHead), tail: word64(mem, offBytesTail),
		mutex: mutexAt(mem, offBytesMutex),
	}
}

// Cap is the number of bytes of records that fit. A record of n bytes takes n+8 of them, rounded up
// to a multiple of 8.
func (r *Bytes) Cap() int { return int(r.size) }

// MaxMessage is the length of the longest record. It can be sent whatever is stored and wherever the
// ring stands, over and over, as soon as the consumer has given back what is in front of it.
func (r *Bytes) MaxMessage() int { return int(r.size/2) - headerSize }

// Len is the number of bytes that records and padding take now, always within 0..Cap. It is meant
// for reports.
func (r *Bytes) Len() int {
	head := r.head.Load() // before tail, which only moves away from it
	return int(min(r.tail.Load()-head, r.size))
}

// span is how a record of n bytes, header included, lies at tail: behind pad bytes of padding, and
// how many it takes with them.
func (r *Bytes) span(tail, n uint64) (pad, need uint64) {
	n = round8(n)
	if rest := r.size - tail&r.data.mask; n > rest {
		return rest, rest + n
	}
	return 0, n
}

// spans says whether head and tail can be those of this ring.
func (r *Bytes) spans(head, tail uint64) bool { return tail-head <= r.size && (head|tail)&7 == 0 }
