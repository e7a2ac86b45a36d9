package member_test

import (
	"unsafe"

	"github.com/shmengine/shmengine/internal/member"
)

// alignedTable is zeroed memory for a table of n slots.
func alignedTable(n int) []byte {
	size := member.TableSize(n)
	b := make([]byte, size+63)
	skip := -int(uintptr(unsafe.Pointer(&b[0]))) & 63
	return b[skip : skip+size : skip+size]
}
