package kernels

// PrefixSumFloat32 is [PrefixSum] for float32. It sums in float64, which start and
// the result are too, and rounds what it writes:
//
//	s := start
//	for i, v := range x { s += float64(v); dst[i] = float32(s) }
//	return s
//
// It is what PrefixSum gives for the same numbers as float64, rounded: no error
// comes from the elements before but that of float64.
func PrefixSumFloat32(dst, x []float32, start float64) float64 {
	return prefixFloat32(dst, x, start, false)
}

// PrefixSumExclusiveFloat32 is [PrefixSumExclusive] for float32, by the rules of
// [PrefixSumFloat32].
func PrefixSumExclusiveFloat32(dst, x []float32, start float64) float64 {
	return prefixFloat32(dst, x, start, true)
}

func prefixFloat32(dst, x []float32, sum float64, before bool) float64 {
	writesTo(dst, x)
	var buffer [widened]float64
	var p pace
	for len(x) > 0 {
		n := p.next(len(x), widened)
		sums := buffer[:n]
		widenFloat32(sums, x[:n])
		sum = prefixBlock(sums, sums, sum, before)
		roundFloat32(dst[:n], sums)
		dst, x = dst[n:], x[n:]
	}
	return sum
}

// PrefixSumInt32 is [PrefixSum] for int32; sums wrap as in Go. Whether they do can
// be told from [SumInt32] where all elements have one sign.
func PrefixSumInt32(dst, x []int32, start int32) int32 {
	return prefixInt32(dst, x, start, false)
}

// PrefixSumExclusiveInt32 is [PrefixSumExclusive] for int32; sums wrap as in Go.
func PrefixSumExclusiveInt32(dst, x []int32, start int32) int32 {
	return prefixInt32(dst, x, start, true)
}

func prefixInt32(dst, x []int32, sum int32, before bool) int32 {
	writesTo(dst, x)
	var p pace
	for len(x) > block2 {
		sum = prefixInt32Block(dst[:block2], x[:block2], sum, before)
		p.spend(block2, lookElems)
		dst, x = dst[block2:], x[block2:]
	}
	return prefixInt32Block(dst, x, sum, before)
}

// prefixInt32Block writes the sums before each element, or up to it.
func prefixInt32Block(dst, x []int32, start int32, before bool) int32 {
	n := len(x) &^ 15
	switch {
	case n == 0:
	case active == levelAVX512 && before:
		start = prefixBeforeInt32AVX512(&dst[0], x[:n], start)
	case active == levelAVX512:
		start = prefixInt32AVX512(&dst[0], x[:n], start)
	case active == levelAVX2 && before:
		start = prefixBeforeInt32AVX2(&dst[0], x[:n], start)
	case active == levelAVX2:
		start = prefixInt32AVX2(&dst[0], x[:n], start)
	default:
		n = 0
	}
	if before {
		return prefixBeforeGo(dst[n:], x[n:], start)
	}
	return prefixGo(dst[n:], x[n:], start)
}
