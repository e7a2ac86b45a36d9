package kernels

import "fmt"

// FilterCompare writes the elements of x that compare so with t, in order, and
// returns how many there are: [Compare] and [Filter] in one pass, without a
// mask in memory.
//
//	for _, v := range x { if v > t { dst[n] = v; n++ } }
//
// dst may be x itself. Elements of dst behind the result may be overwritten, up
// to len(x). A dst with fewer elements than x is enough if the result fits; what
// is selected is then counted first. It returns [ErrShort], with nothing
// written, if it does not.
//
// Preconditions; else it panics before anything is written:
//   - c is one of the constants;
//   - dst begins where x begins, or shares no memory with it.
func FilterCompare(dst, x []float64, c Comparison, t float64) (int, error) {
	c.check()
	if overlap(dst, x) {
		sameStart(dst, x)
	}
	if len(x) <= min(len(dst), block1) {
		return filterOne(dst, x, c, t), nil
	}
	if len(dst) < len(x) {
		if n := Count(x, c, t); n > len(dst) {
			return 0, filterShort(len(x), n, len(dst))
		}
	}
	n, err := inRuns(len(x), len(dst),
		func(at, n, to int) int { return filterBlock(dst[to:], x[at:at+n], c, t) },
		func(at, n, to int) int { return filterFew(dst[to:], x[at:at+n], c, t) })
	if err != nil {
		return n, fmt.Errorf("filter %d elements: %w", len(x), err)
	}
	return n, nil
}

func filterShort(n, selected, room int) error {
	return fmt.Errorf("filter %d elements: %d are selected, there is room for %d: %w", n, selected, room, ErrShort)
}

// FilterCompareInt64 is [FilterCompare] for integers.
func FilterCompareInt64(dst, x []int64, c Comparison, t int64) (int, error) {
	c.check()
	if overlap(dst, x) {
		sameStart(dst, x)
	}
	if len(x) <= min(len(dst), block1) {
		return filterInt64One(dst, x, c, t), nil
	}
	if len(dst) < len(x) {
		if n := CountInt64(x, c, t); n > len(dst) {
			return 0, filterShort(len(x), n, len(dst))
		}
	}
	n, err := inRuns(len(x), len(dst),
		func(at, n, to int) int { return filterInt64Block(dst[to:], x[at:at+n], c, t) },
		func(at, n, to int) int { return filterFewInt64(dst[to:], x[at:at+n], c, t) })
	if err != nil {
		return n, fmt.Errorf("filter %d elements: %w", len(x), err)
	}
	return n, nil
}

// filterOne does a call of one block at most, for which dst has room.
func filterOne(dst, x []float64, c Comparison, t float64) (n int) {
	whole := len(x) &^ 7
	if whole > 0 {
		n = filterBlock(dst, x[:whole], c, t)
	}
	return n + filterGo(dst[n:], x[whole:], c, t)
}

func filterBlock(dst, x []float64, c Comparison, t float64) int {
	if active == levelAVX512 {
		return filterAVX512(&dst[0], x, int(c), t)
	}
	if active == levelAVX2 {
		return filterAVX2(&dst[0], x, int(c), t)
	}
	return filterGo(dst, x, c, t)
}

// filterInt64One does a call of one block at most, for which dst has room.
func filterInt64One(dst, x []int64, c Comparison, t int64) (n int) {
	whole := len(x) &^ 7
	if whole > 0 {
		n = filterInt64Block(dst, x[:whole], c, t)
	}
	return n + filterGo(dst[n:], x[whole:], c, t)
}

func filterInt64Block(dst, x []int64, c Comparison, t int64) int {
	if active == levelAVX512 {
		return filterInt64AVX512(&dst[0], x, int(c), t)
	}
	if active == levelAVX2 {
		return filterInt64AVX2(&dst[0], x, int(c), t)
	}
	return filterGo(dst, x, c, t)
}

func filterGo[T element](dst, x []T, c Comparison, t T) int {
	n := 0
	for _, v := range x {
		dst[n] = v // no jump: what is selected is hard to predict
		if holds(v, c, t) {
			n++
		}
	}
	return n
}

// filterFew does at most 64 elements, and returns -1 if dst is too small.
func filterFew(dst, x []float64, c Comparison, t float64) int {
	var word [1]uint64
	compareBlock(word[:], x, c, t)
	return compressWord(wordsOf(dst), wordsOf(x), word[0])
}

func filterFewInt64(dst, x []int64, c Comparison, t int64) int {
	var word [1]uint64
	core, opposite := c.core()
	compareInt64Block(word[:], x, core, t)
	if opposite {
		invert(word[:], len(x))
	}
	return compressWord(wordsOf(dst), wordsOf(x), word[0])
}
