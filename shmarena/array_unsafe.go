package shmarena

import "unsafe"

// Slice returns the elements, in shared memory: writes are seen by every
// process. Its capacity is its length. It costs a few nanoseconds, so take it
// where it is used; it may be kept as long as the array is not freed and the
// arena not closed. The zero Array gives nil.
//
// Slice panics if the arena is not attached in this process, or if the array
// was freed, or was put together from bytes that never were an array;
// [Array.Check] asks without a panic.
func (x Array[T]) Slice() []T {
	if x.n == 0 && x.off == 0 {
		return nil
	}
	at := attached(x.arena())
	if at == nil || !at.hand() {
		panic(panicForeign)
	}
	if !at.heap.resolve(x.gen(), x.off, x.n, elemSize[T]()) {
		panic(panicFreed)
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&at.region[x.off])), x.n)
}

// With calls f with the elements. While any With runs, [Arena.Close] is [ErrBusy]:
// f never meets the end of the arena. In return the slice must not be used after f
// has returned; Close does not keep the address range for it, as it does for
// what [Array.Slice] gave out, and so costs no addresses. f is called with nil for
// the zero Array.
//
// Errors: [ErrClosed] if the arena is not attached here, [ErrFreed], and
// otherwise what f returns. A Free is not held up: that is the callers' business,
// or that of [Array.Retain].
func (x Array[T]) With(f func(s []T) error) error {
	if x.IsZero() {
		return f(nil)
	}
	at := attached(x.arena())
	if at == nil || at.enter() != nil {
		return ErrClosed
	}
	defer at.leave()
	if !at.heap.resolve(x.gen(), x.off, x.n, elemSize[T]()) {
		return ErrFreed
	}
	return f(unsafe.Slice((*T)(unsafe.Pointer(&at.region[x.off])), x.n))
}

// elements is a mapping as n elements.
//
// Preconditions: b has so many, and is aligned.
func elements[T any](b []byte, n uint64) []T {
	_ = b[n*elemSize[T]()-1]
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), n)
}

// asBytes is the memory of elements without pointers.
func asBytes[T any](s []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), uint64(len(s))*elemSize[T]())
}

func elemSize[T any]() uint64 {
	var zero T
	return uint64(unsafe.Sizeof(zero))
}

// Arrays are 24 bytes, whatever they are of.
var (
	_ [24 - unsafe.Sizeof(Array[complex128]{})]struct{}
	_ [unsafe.Sizeof(Array[byte]{}) - 24]struct{}
)
