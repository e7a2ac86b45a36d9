package kernels

import "fmt"

// TakeFloat32 is [Take] for float32.
func TakeFloat32(dst, x []float32, idx []int64) error {
	return takeDwords(dwordsOf(dst), dwordsOf(x), idx)
}

// TakeInt32 is [Take] for int32.
func TakeInt32(dst, x []int32, idx []int64) error {
	return takeDwords(dwordsOf(dst), dwordsOf(x), idx)
}

func takeDwords(dst, x []uint32, idx []int64) error {
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
		if !takeDwordsBlock(dst[at:end], x, idx[at:end]) {
			return fmt.Errorf("take %d of %d elements: an index was changed meanwhile: %w", len(idx), len(x), ErrBounds)
		}
	}
	return nil
}

// takeDwordsBlock reports whether all indices had an element.
func takeDwordsBlock(dst, x []uint32, idx []int64) bool {
	n := len(idx) &^ 7
	switch {
	case n == 0 || active == levelGo:
		n = 0
	case active == levelAVX512 && takeDwordsAVX512(&dst[0], x, idx[:n]) < n:
		return false
	case active == levelAVX2 && takeDwordsAVX2(&dst[0], x, idx[:n]) < n:
		return false
	}
	return takeGo(dst[n:], x, idx[n:]) == len(idx)-n
}
