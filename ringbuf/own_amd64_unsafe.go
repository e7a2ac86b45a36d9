//go:build amd64 && !race && !purego

package ringbuf

import "unsafe"

// ownLines stores a word of each cache line of the n bytes at p once more, as it is: see View.Release.
//
// Preconditions:
//   - p is aligned to 8 bytes, n is a multiple of 8 and not 0;
//   - nobody writes there.
//
//go:noescape
func ownLines(p unsafe.Pointer, n uint64)
