package words

import (
	"encoding/binary"
	"sync/atomic"
)

// Store stores the bytes as words, the last one filled up with zero.
//
// Preconditions:
//   - len(dst) is len(src)/8, rounded up
func Store(dst []atomic.Uint64, src []byte) {
	n := len(src) / 8
	storeFull(dst[:n], src[:8*n])
	if rest := src[8*n:]; len(rest) > 0 {
		dst[n].Store(Last(rest))
	}
}

// Load loads words that [Store] stored: as many bytes as dst has.
//
// Preconditions:
//   - len(src) is len(dst)/8, rounded up
func Load(dst []byte, src []atomic.Uint64) {
	n := len(dst) / 8
	loadFull(dst[:8*n], src[:n])
	if rest := dst[8*n:]; len(rest) > 0 {
		var w [8]byte
		binary.LittleEndian.PutUint64(w[:], src[n].Load())
		copy(rest, w[:])
	}
}

// Last is the word of the last one to seven bytes of a value.
//
// Preconditions: len(b) <= 8
func Last(b []byte) uint64 {
	var w [8]byte
	copy(w[:], b)
	return binary.LittleEndian.Uint64(w[:])
}

// storeFullGo and loadFullGo are what the assembly does.
func storeFullGo(dst []atomic.Uint64, src []byte) {
	for i := range dst {
		dst[i].Store(binary.LittleEndian.Uint64(src[8*i:]))
	}
}

func loadFullGo(dst []byte, src []atomic.Uint64) {
	for i := range src {
		binary.LittleEndian.PutUint64(dst[8*i:], src[i].Load())
	}
}
