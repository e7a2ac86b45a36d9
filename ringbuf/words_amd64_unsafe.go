//go:build amd64 && !race && !purego

package ringbuf

import "unsafe"

// copyWords copies n bytes by plain loads and stores in the order of addresses, as the processor
// then shows them to others: 16 bytes at a time, then 8, then bytes. What is read may be changed
// meanwhile, which the stamp of the cell tells.
//
//go:noescape
func copyWords(dst, src unsafe.Pointer, n uint64)

// storeWords copies n bytes of our own to shared memory, which is aligned to 8 bytes.
func storeWords(shared, src unsafe.Pointer, n uint64) { copyWords(shared, src, n) }

// loadWords copies n bytes of shared memory, which is aligned to 8 bytes, to our own.
func loadWords(dst, shared unsafe.Pointer, n uint64) { copyWords(dst, shared, n) }

// ownLines stores a word of each cache line of the n bytes at p once more, as it is: see View.Release.
//
// Preconditions:
//   - p is aligned to 8 bytes, n is a multiple of 8 and not 0;
//   - nobody writes there.
//
//go:noescape
func ownLines(p unsafe.Pointer, n uint64)
