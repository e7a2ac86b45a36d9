package ringbuf

import (
	"fmt"
	"reflect"

	"github.com/shmengine/shmengine/internal/pod"
)

// header is the immutable part of the ring, in Go memory.
type header struct {
	element          uint32
	hash             uint64
	stride, capacity uint64
}

func headerOf[T any](capacity uint64) header {
	return header{
		element:  uint32(elementSize[T]()),
		hash:     pod.Hash(reflect.TypeFor[T]()),
		stride:   strideOf[T](),
		capacity: capacity,
	}
}

// sum is FNV-1a over the fields, a word at a time.
func (h header) sum() uint64 {
	sum := uint64(14695981039346656037)
	for _, w := range [...]uint64{version, uint64(h.element), h.hash, h.stride, h.capacity} {
		sum = (sum ^ w) * 1099511628211
		sum ^= sum >> 29
	}
	return sum
}

// write stores the header; the magic, which makes it valid, comes last.
func (h header) write(mem []byte) {
	word32(mem, offVersion).Store(version)
	word32(mem, offElement).Store(h.element)
	word64(mem, offType).Store(h.hash)
	word64(mem, offStride).Store(h.stride)
	word64(mem, offCapacity).Store(h.capacity)
	word64(mem, offChecksum).Store(h.sum())
	word64(mem, offMagic).Store(magic)
}

func readHeader(mem []byte) header {
	return header{
		element:  word32(mem, offElement).Load(),
		hash:     word64(mem, offType).Load(),
		stride:   word64(mem, offStride).Load(),
		capacity: word64(mem, offCapacity).Load(),
	}
}

// validate checks the header in mem against T and the length of mem, and returns the capacity.
// Every word is loaded once; what it returns is what it checked.
func validate[T any](mem []byte) (capacity uint64, err error) {
	if m := word64(mem, offMagic).Load(); m != magic {
		return 0, fmt.Errorf("%w: magic %#x", ErrMagic, m)
	}
	if v := word32(mem, offVersion).Load(); v != version {
		return 0, fmt.Errorf("%w: %d, this program knows %d", ErrVersion, v, version)
	}
	h := readHeader(mem)
	if sum := word64(mem, offChecksum).Load(); sum != h.sum() {
		return 0, fmt.Errorf("%w: header checksum %#x, should be %#x", ErrCorrupt, sum, h.sum())
	}
	want := headerOf[T](h.capacity)
	if h.element != want.element || h.hash != want.hash {
		return 0, fmt.Errorf("%w: %d bytes, layout %#x; %v has %d, %#x", ErrType, h.element, h.hash, reflect.TypeFor[T](), want.element, want.hash)
	}
	if h.stride != want.stride || h.capacity == 0 || h.capacity > maxCapacity || h.capacity&(h.capacity-1) != 0 {
		return 0, fmt.Errorf("%w: stride %d, capacity %d", ErrCorrupt, h.stride, h.capacity)
	}
	if need := offSlots + h.capacity*h.stride; uint64(len(mem)) < need {
		return 0, fmt.Errorf("%w: memory of %d bytes, the ring has %d", ErrSize, len(mem), need)
	}
	return h.capacity, nil
}
