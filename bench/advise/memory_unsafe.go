package advise

import "unsafe"

// bytesOf views plain values, without pointers in them, as the bytes that go through a
// pipe between two processes of one program.
func bytesOf[T uint64 | header](x []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(x[0])))
}
