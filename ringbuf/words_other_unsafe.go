//go:build !amd64 || race || purego

package ringbuf

import (
	"sync/atomic"
	"unsafe"
)

// storeWords copies n bytes of our own to shared memory, which is aligned to 8 bytes and has room
// for whole words: the rest of the last one becomes zero.
func storeWords(shared, src unsafe.Pointer, n uint64) {
	own := unsafe.Slice((*byte)(src), n)
	for k := uint64(0); k < n; k += 8 {
		(*atomic.Uint64)(unsafe.Add(shared, k)).Store(wordOf(own[k:]))
	}
}

// loadWords copies n bytes of shared memory, which is aligned to 8 bytes, to our own.
func loadWords(dst, shared unsafe.Pointer, n uint64) {
	own := unsafe.Slice((*byte)(dst), n)
	for k := uint64(0); k < n; k += 8 {
		w := (*atomic.Uint64)(unsafe.Add(shared, k)).Load()
		for j := range own[k:min(k+8, n)] {
			own[k+uint64(j)] = byte(w >> (8 * j))
		}
	}
}

// wordOf is the first 8 bytes of b, or all of them, as a word.
func wordOf(b []byte) (w uint64) {
	for j := range b[:min(8, len(b))] {
		w |= uint64(b[j]) << (8 * j)
	}
	return w
}

// ownLines is never called in this build.
func ownLines(unsafe.Pointer, uint64) { panic("ringbuf: no plain stores") }
