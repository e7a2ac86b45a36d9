package kernels

// SumInt32 returns the sum of x, which cannot overflow below 2^32 elements
// (16 GiB); beyond it wraps as in Go:
//
//	for _, v := range x { s += int64(v) }
func SumInt32(x []int32) int64 {
	sum := int64(0)
	for len(x) > narrow1 {
		giveWay(len(x))
		sum += sumInt32Block(x[:narrow1])
		x = x[narrow1:]
	}
	return sum + sumInt32Block(x)
}

// sumInt32Block needs at most 2^16 elements, which a block has.
func sumInt32Block(x []int32) int64 {
	if active == levelAVX512 {
		return fromHalves(sumInt32AVX512(x))
	}
	if active == levelAVX2 {
		return fromHalves(sumInt32AVX2(x))
	}
	return sumInt32Go(x)
}

func sumInt32Go(x []int32) (s int64) {
	for _, v := range x {
		s += int64(v)
	}
	return s
}

// fromHalves returns the sum whose low 32 bits are low, given the sum of all
// v>>16: of up to 2^16 values the sum lies in [high<<16, high<<16 + 2^32), which
// holds one number with these low bits.
func fromHalves(low uint32, high int32) int64 {
	from := int64(high) << 16
	return from + int64(low-uint32(from))
}

// DotInt32 returns the inner product of x and y in int64; products are exact,
// their sum wraps as in Go:
//
//	for i, v := range x { s += int64(v) * int64(y[i]) }
//
// Preconditions: len(x) == len(y); else it panics.
func DotInt32(x, y []int32) int64 {
	sameLength(len(x), len(y))
	sum := int64(0)
	for len(x) > narrow2 {
		giveWay(len(x))
		sum += dotInt32Block(x[:narrow2], y[:narrow2])
		x, y = x[narrow2:], y[narrow2:]
	}
	return sum + dotInt32Block(x, y)
}

func dotInt32Block(x, y []int32) int64 {
	if active == levelAVX512 {
		return dotInt32AVX512(x, y)
	}
	if active == levelAVX2 {
		return dotInt32AVX2(x, y)
	}
	return dotInt32Go(x, y)
}

func dotInt32Go(x, y []int32) (s int64) {
	for i, v := range x {
		s += int64(v) * int64(y[i])
	}
	return s
}
