package systems

import (
	"unsafe"

	"github.com/shmengine/shmengine/bench/byhour"
)

// bytesOf views a column as the bytes that go through a pipe.
func bytesOf(x []int64) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*8)
}

// result is what a pipe worker sends back for one leaf. It has no pointers and
// no padding that matters, and both ends are the same program.
type result struct {
	Leaf    int64
	Partial byhour.Partial
}

// bytesOfResults views results as bytes.
func bytesOfResults(r []result) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(r))), len(r)*int(unsafe.Sizeof(result{})))
}
