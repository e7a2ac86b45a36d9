package kernels

import "math"

// MinMax returns the smallest and the largest element of x in one pass:
//
//	for _, v := range x { lo, hi = min(lo, v), max(hi, v) }
//
// A NaN anywhere makes both NaN. Zeros are not told apart: a result that is
// zero is +0. With no elements ok is false and both are NaN.
func MinMax(x []float64) (lo, hi float64, ok bool) { return extent(x, math.NaN()) }

// MinMaxInt64 returns the smallest and the largest element of x in one pass:
//
//	for _, v := range x { lo, hi = min(lo, v), max(hi, v) }
//
// With no elements ok is false and both are 0.
func MinMaxInt64(x []int64) (lo, hi int64, ok bool) { return extent(x, 0) }

// MinMaxFloat32 is [MinMax] for float32.
func MinMaxFloat32(x []float32) (lo, hi float32, ok bool) { return extent(x, nan32()) }

// MinMaxInt32 is [MinMaxInt64] for int32.
func MinMaxInt32(x []int32) (lo, hi int32, ok bool) { return extent(x, 0) }

// nan32 returns the NaN of package math.
func nan32() float32 { return float32(math.NaN()) }

// extent returns both extremes of x. Of the zeros a block may give either; any NaN makes both
// results none, and so they are where there are no elements.
func extent[T element](x []T, none T) (lo, hi T, ok bool) {
	if len(x) == 0 {
		return none, none, false
	}
	most := blockBytes / sizeOf(x)
	lo, hi = extentBlock(x[:min(len(x), most)])
	for len(x) > most {
		giveWay(len(x))
		x = x[most:]
		l, h := extentBlock(x[:min(len(x), most)])
		lo, hi = min(lo, l), max(hi, h)
	}
	if lo != lo || hi != hi {
		return none, none, true // one NaN for all levels
	}
	return lo + 0, hi + 0, true // -0 + 0 is +0
}

// extentBlock chooses the body by the type of the elements.
func extentBlock[T element](x []T) (lo, hi T) {
	if active == levelGo {
		return minMaxGo(x)
	}
	wide := active == levelAVX512
	low, high := any(&lo), any(&hi)
	switch x := any(x).(type) {
	case []float64:
		*low.(*float64), *high.(*float64) = minMaxFloat64Block(x, wide)
	case []int64:
		*low.(*int64), *high.(*int64) = minMaxInt64Block(x, wide)
	case []float32:
		*low.(*float32), *high.(*float32) = minMaxFloat32Block(x, wide)
	case []int32:
		*low.(*int32), *high.(*int32) = minMaxInt32Block(x, wide)
	}
	return lo, hi
}

func minMaxFloat64Block(x []float64, wide bool) (lo, hi float64) {
	if wide {
		return minMaxAVX512(x)
	}
	return minMaxAVX2(x)
}

func minMaxInt64Block(x []int64, wide bool) (lo, hi int64) {
	if wide {
		return minMaxInt64AVX512(x)
	}
	return minMaxInt64AVX2(x)
}

func minMaxFloat32Block(x []float32, wide bool) (lo, hi float32) {
	if wide {
		return minMaxFloat32AVX512(x)
	}
	return minMaxFloat32AVX2(x)
}

func minMaxInt32Block(x []int32, wide bool) (lo, hi int32) {
	if wide {
		return minMaxInt32AVX512(x)
	}
	return minMaxInt32AVX2(x)
}

func minMaxGo[T element](x []T) (lo, hi T) {
	lo, hi = x[0], x[0]
	for _, v := range x {
		if v != v { // first: a third less time than last
			return v, v
		}
		if v < lo {
			lo = v
		}
		if v > hi {
			hi = v
		}
	}
	return lo, hi
}
