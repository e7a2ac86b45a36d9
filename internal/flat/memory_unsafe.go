package flat

import (
	"reflect"
	"unsafe"
)

// pointer is the address of a value, or of a part of one, of the type that a node says. It is made of a
// *T and the offsets that reflection gives.
type pointer = unsafe.Pointer

// slice is what every slice is in memory.
type slice struct {
	data pointer
	len  int
	cap  int
}

func addressOf[T any](v *T) pointer { return pointer(v) }

func offset(p pointer, n int) pointer { return unsafe.Add(p, n) }

// memory is the n bytes of a plain value, or of several.
func memory(p pointer, n int) []byte { return unsafe.Slice((*byte)(p), n) }

// put and get copy a plain value as a whole: one move, where copy would be a call. They
// panic if b is shorter.
//
// Preconditions:
//   - T has a size, and is plain: no part of it is a pointer, or is checked.
func put[T any](b []byte, v *T) {
	_ = b[unsafe.Sizeof(*v)-1]
	*(*T)(pointer(unsafe.SliceData(b))) = *v
}

func get[T any](b []byte, v *T) {
	_ = b[unsafe.Sizeof(*v)-1]
	*v = *(*T)(pointer(unsafe.SliceData(b)))
}

func textAt(p pointer) *string { return (*string)(p) }
func sliceAt(p pointer) *slice { return (*slice)(p) }
func at[U any](p pointer) *U   { return (*U)(p) }

// valueAt is a *T as an interface, for t the type T. It allocates nothing.
func valueAt(t reflect.Type, p pointer) any { return reflect.NewAt(t, p).Interface() }

// makeTyped makes s a slice of count zero elements, of slice type t.
func makeTyped(s *slice, t reflect.Type, count int) {
	*s = slice{reflect.MakeSlice(t, count, count).UnsafePointer(), count, count}
}

// makeTexts is makeTyped for strings, without what reflection allocates beside them.
func makeTexts(s *slice, count int) {
	*s = slice{pointer(unsafe.SliceData(make([]string, count))), count, count}
}

// makePlain makes s a slice of count elements without pointers, which are a copy of src.
func makePlain(s *slice, src []byte, count int) {
	mem := make([]byte, len(src))
	copy(mem, src)
	data := unsafe.Pointer(unsafe.SliceData(mem))
	if uintptr(data)%plainAlign(len(src)) != 0 {
		data = alignedCopy(mem)
	}
	*s = slice{data, count, count}
}

// plainAlign is what elements that take n bytes together may need: n is a multiple of it.
func plainAlign(n int) uintptr { return uintptr(max(1, min(n&-n, 8))) }

// alignedCopy is for a Go that does not align bytes as it does today: by their number.
func alignedCopy(mem []byte) pointer {
	words := make([]uint64, (len(mem)+7)/8)
	data := unsafe.Pointer(unsafe.SliceData(words))
	copy(unsafe.Slice((*byte)(data), len(mem)), mem)
	return data
}

var _ [24]byte = [unsafe.Sizeof(slice{})]byte{}
