package process

import "unsafe"

var (
	_ [blockSize - unsafe.Sizeof(block{})]struct{}
	_ [unsafe.Sizeof(block{}) - blockSize]struct{}
	_ [unsafe.Offsetof(block{}.text) - textAt]struct{}
	_ [textAt - unsafe.Offsetof(block{}.text)]struct{}
)

// viewBlock views a mapping as a block.
//
// Preconditions: mem is page-aligned and has blockSize bytes.
func viewBlock(mem []byte) *block {
	if len(mem) < blockSize {
		panic("process: a mapping that is no block")
	}
	return (*block)(unsafe.Pointer(unsafe.SliceData(mem)))
}
