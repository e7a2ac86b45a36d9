package kernels

// PrefixSum writes the sum of start and all elements up to each, itself
// included, and returns the last, with which the next part of a column goes on:
//
//	s := start
//	for i, v := range x { s += v; dst[i] = s }
//	return s
//
// The additions have another order, which is the same on every level. Elements
// are taken in groups of eight from the first on, x0 to x7. In each half of a
// group sums of one to four elements are
//
//	x0, x0+x1, (x1+x2)+x0, (x2+x3)+(x0+x1)
//
// the last of the first half is added to those of the second, and the result of
// the group before (or start) to all eight. So the error of element i is at most
// (i/8 + 4) * 2^-53 * the sum of |start| and |x| so far; the loop's is i * 2^-53
// times that. From a NaN on all sums are NaN.
//
// Parts give the bits of the whole if they are cut at multiples of eight. See
// [Add] for what must hold.
func PrefixSum(dst, x []float64, start float64) float64 {
	return prefix(dst, x, start, false)
}

// PrefixSumExclusive writes the sums of what comes before each element, and
// returns the sum of all: the numbers of [PrefixSum], one place further on.
//
//	s := start
//	for i, v := range x { dst[i] = s; s += v }
//	return s
func PrefixSumExclusive(dst, x []float64, start float64) float64 {
	return prefix(dst, x, start, true)
}

// PrefixSumInt64 is [PrefixSum] for integers; sums wrap as in Go. Whether they
// do can be told from [SumInt64] where all elements have one sign.
func PrefixSumInt64(dst, x []int64, start int64) int64 {
	return prefixInt64(dst, x, start, false)
}

// PrefixSumExclusiveInt64 is [PrefixSumExclusive] for integers; sums wrap as in
// Go. Of counts it gives where each part begins.
func PrefixSumExclusiveInt64(dst, x []int64, start int64) int64 {
	return prefixInt64(dst, x, start, true)
}

func prefix(dst, x []float64, sum float64, before bool) float64 {
	writesTo(dst, x)
	var p pace
	for len(x) > block2 {
		sum = prefixBlock(dst[:block2], x[:block2], sum, before)
		p.spend(block2, lookElems)
		dst, x = dst[block2:], x[block2:]
	}
	return prefixBlock(dst, x, sum, before)
}

// prefixBlock writes the sums before each element, or up to it.
func prefixBlock(dst, x []float64, start float64, before bool) float64 {
	n := len(x) &^ 7
	switch {
	case n == 0:
	case active == levelAVX512 && before:
		start = prefixBeforeAVX512(&dst[0], x[:n], start)
	case active == levelAVX512:
		start = prefixAVX512(&dst[0], x[:n], start)
	case active == levelAVX2 && before:
		start = prefixBeforeAVX2(&dst[0], x[:n], start)
	case active == levelAVX2:
		start = prefixAVX2(&dst[0], x[:n], start)
	default:
		n = 0
	}
	if before {
		return prefixBeforeGo(dst[n:], x[n:], start)
	}
	return prefixGo(dst[n:], x[n:], start)
}

func prefixInt64(dst, x []int64, sum int64, before bool) int64 {
	writesTo(dst, x)
	var p pace
	for len(x) > block2 {
		sum = prefixInt64Block(dst[:block2], x[:block2], sum, before)
		p.spend(block2, lookElems)
		dst, x = dst[block2:], x[block2:]
	}
	return prefixInt64Block(dst, x, sum, before)
}

// prefixInt64Block writes the sums before each element, or up to it.
func prefixInt64Block(dst, x []int64, start int64, before bool) int64 {
	n := len(x) &^ 7
	switch {
	case n == 0:
	case active == levelAVX512 && before:
		start = prefixBeforeInt64AVX512(&dst[0], x[:n], start)
	case active == levelAVX512:
		start = prefixInt64AVX512(&dst[0], x[:n], start)
	case active == levelAVX2 && before:
		start = prefixBeforeInt64AVX2(&dst[0], x[:n], start)
	case active == levelAVX2:
		start = prefixInt64AVX2(&dst[0], x[:n], start)
	default:
		n = 0
	}
	if before {
		return prefixBeforeGo(dst[n:], x[n:], start)
	}
	return prefixGo(dst[n:], x[n:], start)
}

func prefixGo[T element](dst, x []T, sum T) T {
	for len(x) >= 8 && len(dst) >= 8 {
		prefixGroup((*[8]T)(dst), (*[8]T)(x), sum)
		sum = dst[7]
		dst, x = dst[8:], x[8:]
	}
	if len(x) > 0 {
		var group [8]T
		copy(group[:], x)
		prefixGroup(&group, &group, sum)
		sum = group[len(x)-1]
		copy(dst, group[:len(x)])
	}
	return sum
}

func prefixBeforeGo[T element](dst, x []T, sum T) T {
	for len(x) > 0 {
		var group [8]T
		n := copy(group[:], x)
		prefixGroup(&group, &group, sum)
		dst[0] = sum
		copy(dst[1:n], group[:])
		sum = group[n-1]
		dst, x = dst[n:], x[n:]
	}
	return sum
}

// prefixGroup writes the sums of a group, which may be over it.
func prefixGroup[T element](dst, x *[8]T, sum T) {
	a, b, c, d := x[0], x[1], x[2], x[3]
	b, c, d = a+b, (b+c)+a, (c+d)+(a+b)
	e, f, g, h := x[4], x[5], x[6], x[7]
	f, g, h = e+f, (f+g)+e, (g+h)+(e+f)
	dst[0], dst[1], dst[2], dst[3] = sum+a, sum+b, sum+c, sum+d
	dst[4], dst[5], dst[6], dst[7] = sum+(d+e), sum+(d+f), sum+(d+g), sum+(d+h)
}
