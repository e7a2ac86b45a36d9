package kernels

import "fmt"

// FilterFloat32 is [Filter] for float32.
func FilterFloat32(dst, x []float32, mask []uint64, from int) (int, error) {
	return filterDwords(dwordsOf(dst), dwordsOf(x), mask, from)
}

// FilterInt32 is [Filter] for int32.
func FilterInt32(dst, x []int32, mask []uint64, from int) (int, error) {
	return filterDwords(dwordsOf(dst), dwordsOf(x), mask, from)
}

func filterDwords(dst, x []uint32, mask []uint64, from int) (int, error) {
	if overlap(dst, x) {
		sameStart(dst, x)
	}
	if err := roomFor(len(dst), len(x), mask, from); err != nil {
		return 0, fmt.Errorf("filter %d elements: %w", len(x), err)
	}
	n, err := inRuns(len(x), len(dst),
		func(at, n, to int) int { return compressDwordsBlock(dst[to:], x[at:at+n], mask, from+at) },
		func(at, n, to int) int { return compressWord(dst[to:], x[at:at+n], bitsAt(mask, from+at, n)) })
	if err != nil {
		return n, fmt.Errorf("filter %d elements: %w", len(x), err)
	}
	return n, nil
}

func compressDwordsBlock(dst, x []uint32, mask []uint64, from int) int {
	mask, from = mask[from/64:], from%64
	if active == levelAVX512 {
		return compressDwordsAVX512(&dst[0], x, &mask[0], from)
	}
	if active == levelAVX2 {
		return compressDwordsAVX2(&dst[0], x, &mask[0], from)
	}
	return compressGo(dst, x, mask, from)
}

// FilterCompareFloat32 is [FilterCompare] for float32.
func FilterCompareFloat32(dst, x []float32, c Comparison, t float32) (int, error) {
	c.check()
	if overlap(dst, x) {
		sameStart(dst, x)
	}
	if len(dst) < len(x) {
		if n := CountFloat32(x, c, t); n > len(dst) {
			return 0, filterShort(len(x), n, len(dst))
		}
	}
	n, err := inRuns(len(x), len(dst),
		func(at, n, to int) int { return filterFloat32Block(dst[to:], x[at:at+n], c, t) },
		func(at, n, to int) int {
			var word [1]uint64
			compareFloat32Block(word[:], x[at:at+n], c, t)
			return compressWord(dwordsOf(dst[to:]), dwordsOf(x[at:at+n]), word[0])
		})
	if err != nil {
		return n, fmt.Errorf("filter %d elements: %w", len(x), err)
	}
	return n, nil
}

// FilterCompareInt32 is [FilterCompare] for int32.
func FilterCompareInt32(dst, x []int32, c Comparison, t int32) (int, error) {
	c.check()
	if overlap(dst, x) {
		sameStart(dst, x)
	}
	if len(dst) < len(x) {
		if n := CountInt32(x, c, t); n > len(dst) {
			return 0, filterShort(len(x), n, len(dst))
		}
	}
	n, err := inRuns(len(x), len(dst),
		func(at, n, to int) int { return filterInt32Block(dst[to:], x[at:at+n], c, t) },
		func(at, n, to int) int {
			var word [1]uint64
			compareInt32Block(word[:], x[at:at+n], c, t)
			return compressWord(dwordsOf(dst[to:]), dwordsOf(x[at:at+n]), word[0])
		})
	if err != nil {
		return n, fmt.Errorf("filter %d elements: %w", len(x), err)
	}
	return n, nil
}

func filterFloat32Block(dst, x []float32, c Comparison, t float32) int {
	if active == levelAVX512 {
		return filterFloat32AVX512(&dst[0], x, int(c), t)
	}
	if active == levelAVX2 {
		return filterFloat32AVX2(&dst[0], x, int(c), t)
	}
	return filterGo(dst, x, c, t)
}

func filterInt32Block(dst, x []int32, c Comparison, t int32) int {
	if active == levelAVX512 {
		return filterInt32AVX512(&dst[0], x, int(c), t)
	}
	if active == levelAVX2 {
		return filterInt32AVX2(&dst[0], x, int(c), t)
	}
	return filterGo(dst, x, c, t)
}
