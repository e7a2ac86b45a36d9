package kernels

import (
	"errors"
	"fmt"
)

// ErrBounds is what an index without an element leads to.
var ErrBounds = errors.New("index out of bounds")

// Take writes the elements of x at some places:
//
//	for i, j := range idx { dst[i] = x[j] }
//
// All indices are looked at first: it returns [ErrBounds], with nothing
// written, if one is negative or not below len(x). An index is looked at again
// when it is used, so one that somebody else changes meanwhile leads to that
// error too, with part of dst written.
//
// Preconditions; else it panics before anything is written:
//   - len(dst) == len(idx);
//   - dst shares no memory with x or idx.
func Take(dst, x []float64, idx []int64) error { return take(wordsOf(dst), wordsOf(x), idx) }

// TakeInt64 is [Take] for integers.
func TakeInt64(dst, x, idx []int64) error { return take(wordsOf(dst), wordsOf(x), idx) }

func take(dst, x []uint64, idx []int64) error {
	sameLength(len(dst), len(idx))
	if overlap(dst, x) || overlap(dst, idx) {
		panic("kernels: slices overlap")
	}
	if lo, hi, ok := MinMaxInt64(idx); ok && (lo < 0 || hi >= int64(len(x))) {
		return outOfBounds(idx, len(x))
	}
	var p pace
	for at := 0; at < len(idx); at += block2 {
		p.spend(block2, lookElems)
		end := min(at+block2, len(idx))
		if !takeBlock(dst[at:end], x, idx[at:end]) {
			return fmt.Errorf("take %d of %d elements: an index was changed meanwhile: %w", len(idx), len(x), ErrBounds)
		}
	}
	return nil
}

// outOfBounds names the first index that is.
func outOfBounds(idx []int64, n int) error {
	for i, j := range idx {
		if uint64(j) >= uint64(n) {
			return fmt.Errorf("take %d of %d elements: index %d at %d: %w", len(idx), n, j, i, ErrBounds)
		}
	}
	return fmt.Errorf("take %d of %d elements: an index was changed meanwhile: %w", len(idx), n, ErrBounds)
}

// takeBlock reports whether all indices had an element.
func takeBlock(dst, x []uint64, idx []int64) bool {
	n := len(idx) &^ 7
	if active == levelGo {
		n = 0
	}
	if n > 0 && takeEights(dst, x, idx[:n]) < n {
		return false
	}
	return takeGo(dst[n:], x, idx[n:]) == len(idx)-n
}

// takeEights is takeGo for a multiple of 8 indices, but may leave out some before one that
// is out of bounds.
func takeEights(dst, x []uint64, idx []int64) int {
	switch {
	case active == levelAVX2:
		return takeAVX2(&dst[0], x, idx)
	case gathers:
		return takeGatherAVX512(&dst[0], x, idx)
	default:
		return takeAVX512(&dst[0], x, idx)
	}
}

// takeGo returns how many elements it wrote before an index without one.
func takeGo[T word](dst, x []T, idx []int64) int {
	dst = dst[:len(idx)]
	for i, j := range idx {
		if uint64(j) >= uint64(len(x)) {
			return i
		}
		dst[i] = x[j]
	}
	return len(idx)
}
