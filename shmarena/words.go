package shmarena

import (
	"encoding/binary"
	"sync/atomic"

	"github.com/shmengine/shmengine/internal/words"
)

// What is in a collection may be overwritten while it is read. So it moves as
// words (see package words), and the reader finds out afterwards whether they belong
// together.

// sameWords reports whether the words are those of b.
func sameWords(src []atomic.Uint64, b []byte) bool {
	i := 0
	for ; len(b) >= 8; i++ {
		if src[i].Load() != binary.LittleEndian.Uint64(b) {
			return false
		}
		b = b[8:]
	}
	return len(b) == 0 || src[i].Load() == words.Last(b)
}

// copyWords copies words of which nobody else writes the source.
func copyWords(dst, src []atomic.Uint64) {
	for i := range src {
		dst[i].Store(src[i].Load())
	}
}

// fromWords is words.Load from words that nobody else has.
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
