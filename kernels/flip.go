package kernels

import (
	"math"
	"slices"
)

// Integers with some bits flipped are in another order: without its sign bit an
// unsigned integer becomes a signed one of the same order, and what has all its
// bits flipped is in the opposite order. So all sorts of integers are one.
const (
	flipUnsigned           = math.MinInt64
	flipDescending         = -1
	flipUnsignedDescending = flipUnsigned ^ flipDescending
	flipNegative           = math.MinInt64 // of a float64
)

// flip writes x with the bits of c flipped to dst, which may be x.
func flip(dst, x []int64, c int64) {
	for len(dst) > 0 {
		giveWay(len(dst))
		n := min(len(dst), block2)
		flipBlock(dst[:n], x[:n], c)
		dst, x = dst[n:], x[n:]
	}
}

func flipBlock(dst, x []int64, c int64) {
	switch active {
	case levelAVX512:
		flipAVX512(&dst[0], x, c, 0)
	case levelAVX2:
		flipAVX2(&dst[0], x, c, 0)
	default:
		flipGo(dst, x, c)
	}
}

func flipGo(dst, x []int64, c int64) {
	for i, v := range x {
		dst[i] = v ^ c
	}
}

// turn says what is done to sorted keys, so that they are elements again.
type turn struct {
	floats bool  // keys of float64 become float64
	flip   int64 // and then these bits are flipped
}

// sortTurned sorts keys and turns them back piece by piece, in the cache.
func sortTurned(x []int64, t turn) {
	if active == levelGo {
		slices.Sort(x)
		t.back(x)
		return
	}
	t.sort(x, mostParts(len(x)))
}

func (t turn) back(x []int64) {
	sorted(x, t.floats)
	flip(x, x, t.flip)
}

// sort parts x as sortKeys does, down to pieces of half a block.
func (t turn) sort(x []int64, parts int) {
	for ; len(x) > block2 && parts > 0; parts-- {
		pivot := middling(x)
		n := partition(x, pivot)
		switch {
		case n == 0 && pivot == math.MaxInt64:
			t.back(x)
			return
		case n == 0: // the pivot is the least: its equals go to the front
			n = partition(x, pivot+1)
			t.back(x[:n])
			x = x[n:]
		case 2*n < len(x):
			t.sort(x[:n], parts-1)
			x = x[n:]
		default:
			t.sort(x[n:], parts-1)
			x = x[:n]
		}
	}
	sortKeys(x, parts, t.floats)
	flip(x, x, t.flip)
}
