package shmarena

import (
	"encoding/binary"
	"sync/atomic"
)

// What is in a collection may be overwritten while it is read. So it moves as
// words, each by an atomic load or store, and the reader finds out afterwards
// whether they belong together: plain copies would be a data race, and on
// processors that reorder loads the check afterwards would prove nothing.

// lastWord is the word of the last one to seven bytes of a value.
func lastWord(b []byte) uint64 {
	var w [8]byte
	copy(w[:], b)
	return binary.LittleEndian.Uint64(w[:])
}

// storeFullGo is storeFull as a loop in Go.
func storeFullGo(dst []atomic.Uint64, src []byte) {
	for i := range dst {
		dst[i].Store(binary.LittleEndian.Uint64(src[8*i:]))
	}
}

// loadWords is the other direction of storeWords.
func loadWords(dst []byte, src []atomic.Uint64) {
	i := 0
	for ; len(dst) >= 8; i++ {
		binary.LittleEndian.PutUint64(dst, src[i].Load())
		dst = dst[8:]
	}
	if len(dst) > 0 {
		var w [8]byte
		binary.LittleEndian.PutUint64(w[:], src[i].Load())
		copy(dst, w[:])
	}
}

// sameWords reports whether the words are those of b.
func sameWords(src []atomic.Uint64, b []byte) bool {
	i := 0
	for ; len(b) >= 8; i++ {
		if src[i].Load() != binary.LittleEndian.Uint64(b) {
			return false
		}
		b = b[8:]
	}
	return len(b) == 0 || src[i].Load() == lastWord(b)
}

// copyWords copies words of which nobody else writes the source.
func copyWords(dst, src []atomic.Uint64) {
	for i := range src {
		dst[i].Store(src[i].Load())
	}
}

// fromWords is loadWords from words that nobody else has.
func fromWords(dst []byte, src []uint64) {
	i := 0
	for ; len(dst) >= 8; i++ {
		binary.LittleEndian.PutUint64(dst, src[i])
		dst = dst[8:]
	}
	if len(dst) > 0 {
		var w [8]byte
		binary.LittleEndian.PutUint64(w[:], src[i])
		copy(dst, w[:])
	}
}
