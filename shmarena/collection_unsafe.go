package shmarena

import (
	"sync/atomic"
	"unsafe"
)

// The structs at the beginning of the collections' blocks have the sizes that
// layout.go gives them: a wrong one is a negative array length here.
var (
	_ [valueHeadSize - unsafe.Sizeof(valueHead{})]struct{}
	_ [unsafe.Sizeof(valueHead{}) - valueHeadSize]struct{}
	_ [counterShardSize - unsafe.Sizeof(counterShard{})]struct{}
	_ [unsafe.Sizeof(counterShard{}) - counterShardSize]struct{}
	_ [listHeadSize - unsafe.Sizeof(listHead{})]struct{}
	_ [unsafe.Sizeof(listHead{}) - listHeadSize]struct{}
	_ [mapHeadSize - unsafe.Sizeof(mapHead{})]struct{}
	_ [unsafe.Sizeof(mapHead{}) - mapHeadSize]struct{}
	_ [192 - unsafe.Offsetof(mapHead{}.parts)]struct{}
	_ [unsafe.Offsetof(mapHead{}.parts) - 192]struct{}
	_ [mapStripeSize - unsafe.Sizeof(mapStripe{})]struct{}
	_ [unsafe.Sizeof(mapStripe{}) - mapStripeSize]struct{}
	_ [bucketHeadSize - unsafe.Sizeof(bucketHead{})]struct{}
	_ [unsafe.Sizeof(bucketHead{}) - bucketHeadSize]struct{}
)

// overlay lays a shared struct over the first bytes of a block.
//
// Preconditions:
//   - mem is 8-byte aligned and has at least the size of H
func overlay[H any](mem []byte) *H {
	var h H
	_ = mem[:unsafe.Sizeof(h)]
	return (*H)(unsafe.Pointer(unsafe.SliceData(mem)))
}

// overlays lays n shared structs over mem.
//
// Preconditions:
//   - mem is 8-byte aligned and has n times the size of H
func overlays[H any](mem []byte, n int) []H {
	var h H
	_ = mem[:n*int(unsafe.Sizeof(h))]
	return unsafe.Slice((*H)(unsafe.Pointer(unsafe.SliceData(mem))), n)
}

// wordsIn is mem as words.
//
// Preconditions: mem is 8-byte aligned
func wordsIn(mem []byte) []atomic.Uint64 {
	return unsafe.Slice((*atomic.Uint64)(unsafe.Pointer(unsafe.SliceData(mem))), len(mem)/8)
}

// bytesOf is the memory of a value without pointers.
func bytesOf[T any](v *T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v))
}

// wordsOf is how many words a T takes.
func wordsOf[T any]() int {
	var v T
	return int(unsafe.Sizeof(v)+7) / 8
}

// in is lane i of a bucket. That the bucket lies in its segment whole was checked
// when it was found.
//
// Preconditions: 0 <= i < bucketLanes
func (t *table) in(w *bucketHead, i int) []atomic.Uint64 {
	at := unsafe.Add(unsafe.Pointer(w), bucketHeadSize+8*i*t.lane)
	return unsafe.Slice((*atomic.Uint64)(at), t.lane)
}
