package ringbuf

import (
	"fmt"
	"reflect"

	"github.com/shmengine/shmengine/internal/pod"
)

// kind is one kind of ring with an overflow mode: what its drawing fixes.
type kind struct {
	magic   uint64
	version uint32
	cells   uint64 // offset of the first
	least   uint64 // capacity
}

// The immutable part of both kinds. It begins like that of a one-to-one ring.
const offMode = offChecksum + 8

// shape is the immutable part of the ring, in Go memory.
type shape struct {
	header
	mode Overflow
}

func shapeOf[T any](capacity uint64, mode Overflow) shape {
	return shape{headerOf[T](capacity), mode}
}

// sum is FNV-1a over the fields, a word at a time.
func (k kind) sum(s shape) uint64 {
	sum := uint64(14695981039346656037)
	for _, w := range [...]uint64{k.magic, uint64(k.version), uint64(s.element), s.hash, s.stride, s.capacity, uint64(s.mode)} {
		sum = (sum ^ w) * 1099511628211
		sum ^= sum >> 29
	}
	return sum
}

// size is the number of bytes of a ring of at least capacity values of T.
func (k kind) size(s shape) (int, error) {
	n := k.cells + s.capacity*s.stride // at most 2^13 + 2^30 * (2^30+64) < 2^61
	if n > maxInt {
		return 0, fmt.Errorf("%w: %d bytes", ErrSize, n)
	}
	return int(n), nil
}

// plan checks T and the options and returns the shape that they make.
func plan[T any](k kind, o Options) (shape, error) {
	if err := pod.Check(reflect.TypeFor[T]()); err != nil {
		return shape{}, err
	}
	if err := o.Validate(); err != nil {
		return shape{}, err
	}
	if o.Capacity < 1 || o.Capacity > maxCapacity {
		return shape{}, fmt.Errorf("%w: capacity %d is not in 1..%d", ErrSize, o.Capacity, maxCapacity)
	}
	if elementSize[T]() > maxElement {
		return shape{}, fmt.Errorf("%w: element of %d bytes, at most %d", ErrSize, elementSize[T](), maxElement)
	}
	return shapeOf[T](max(k.least, roundUp(o.Capacity)), o.Overflow), nil
}

// sizeOf is what the Size functions return.
func sizeOf[T any](k kind, capacity int) (int, error) {
	s, err := plan[T](k, Options{Capacity: capacity})
	if err != nil {
		return 0, fmt.Errorf("size ring: %w", err)
	}
	n, err := k.size(s)
	if err != nil {
		return 0, fmt.Errorf("size ring: %w", err)
	}
	return n, nil
}

// format checks that a ring fits into mem, and clears all of it but the cells. The magic, which
// makes it valid, is left to seal.
func format[T any](k kind, mem []byte, o Options) (shape, error) {
	s, err := plan[T](k, o)
	if err != nil {
		return s, fmt.Errorf("format ring: %w", err)
	}
	n, err := k.size(s)
	if err == nil && (len(mem) < n || !aligned(mem)) {
		err = fmt.Errorf("%w: memory of %d bytes, need %d aligned to %d", ErrSize, len(mem), n, slotAlign)
	}
	if err != nil {
		return s, fmt.Errorf("format ring: %w", err)
	}
	word64(mem, offMagic).Store(0) // never a valid ring while half made
	clear(mem[offMagic+8 : k.cells])
	return s, nil
}

// seal stores the header; the magic comes last.
func (k kind) seal(mem []byte, s shape) {
	word32(mem, offVersion).Store(k.version)
	word32(mem, offElement).Store(s.element)
	word64(mem, offType).Store(s.hash)
	word64(mem, offStride).Store(s.stride)
	word64(mem, offCapacity).Store(s.capacity)
	word64(mem, offChecksum).Store(k.sum(s))
	word32(mem, offMode).Store(uint32(s.mode))
	word64(mem, offMagic).Store(k.magic)
}

// enter checks the ring in mem against T, the options and the length of mem. Every word is loaded
// once; what it returns is what it checked.
func enter[T any](k kind, mem []byte, o Options) (shape, error) {
	s, err := k.read(mem)
	if err == nil {
		err = match[T](k, s, o)
	}
	if err == nil {
		var need int
		if need, err = k.size(s); err == nil && len(mem) < need {
			err = fmt.Errorf("%w: memory of %d bytes, the ring has %d", ErrSize, len(mem), need)
		}
	}
	if err != nil {
		return s, fmt.Errorf("attach ring: %w", err)
	}
	return s, nil
}

func (k kind) read(mem []byte) (shape, error) {
	if uint64(len(mem)) < k.cells || !aligned(mem) {
		return shape{}, fmt.Errorf("%w: memory of %d bytes, need %d aligned to %d", ErrSize, len(mem), k.cells, slotAlign)
	}
	if m := word64(mem, offMagic).Load(); m != k.magic {
		return shape{}, fmt.Errorf("%w: magic %#x", ErrMagic, m)
	}
	if v := word32(mem, offVersion).Load(); v != k.version {
		return shape{}, fmt.Errorf("%w: %d, this program knows %d", ErrVersion, v, k.version)
	}
	s := shape{readHeader(mem), Overflow(word32(mem, offMode).Load())}
	if sum := word64(mem, offChecksum).Load(); sum != k.sum(s) {
		return shape{}, fmt.Errorf("%w: header checksum %#x, should be %#x", ErrCorrupt, sum, k.sum(s))
	}
	return s, nil
}

// match checks a shape that was read.
func match[T any](k kind, s shape, o Options) error {
	if err := pod.Check(reflect.TypeFor[T]()); err != nil {
		return err
	}
	if err := o.Validate(); err != nil {
		return err
	}
	want := shapeOf[T](s.capacity, s.mode)
	switch {
	case s.element != want.element || s.hash != want.hash:
		return fmt.Errorf("%w: %d bytes, layout %#x; %v has %d, %#x", ErrType, s.element, s.hash, reflect.TypeFor[T](), want.element, want.hash)
	case s.stride != want.stride || s.capacity < k.least || s.capacity > maxCapacity || s.capacity&(s.capacity-1) != 0 || s.mode > DropOldest:
		return fmt.Errorf("%w: stride %d, capacity %d, mode %d", ErrCorrupt, s.stride, s.capacity, s.mode)
	case o.Overflow != s.mode:
		return fmt.Errorf("%w: %v, expected %v", ErrMode, s.mode, o.Overflow)
	case o.Capacity < 0 || o.Capacity > maxCapacity || o.Capacity > 0 && max(k.least, roundUp(o.Capacity)) != s.capacity:
		return fmt.Errorf("%w: %d, expected %d", ErrCapacity, s.capacity, o.Capacity)
	}
	return nil
}
