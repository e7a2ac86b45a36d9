package kernels

// ScaleInt64 is [Scale] for integers; products wrap as in Go.
func ScaleInt64(dst []int64, a int64, x []int64) { unaryInt64(opScaleInt, dst, x, a) }

// AbsInt64 writes the magnitudes; that of the smallest int64 wraps to itself. See
// [Add] for what must hold.
func AbsInt64(dst, x []int64) { unaryInt64(opAbsInt, dst, x, 0) }

// NegInt64 writes the elements with the opposite signs; the smallest int64 wraps
// to itself. See [Add] for what must hold.
func NegInt64(dst, x []int64) { unaryInt64(opNegInt, dst, x, 0) }

func unaryInt64(op int, dst, x []int64, a int64) {
	stream := streamsOf(dst, x)
	var p pace
	for len(dst) > 0 {
		n := p.next(len(dst), block2)
		unaryInt64Block(op, dst[:n], x[:n], a, stream)
		dst, x = dst[n:], x[n:]
	}
}

func unaryInt64Block(op int, dst, x []int64, a int64, stream int) {
	switch active {
	case levelAVX512:
		unaryInt64AVX512(op, &dst[0], &x[0], a, len(dst), stream)
	case levelAVX2:
		unaryInt64AVX2(op, &dst[0], &x[0], a, len(dst), stream)
	default:
		unaryIntGo(op, dst, x, a)
	}
}

// AxpyInt64 writes multiples of x plus y, which wrap as in Go; dst may be y:
//
//	for i := range dst { dst[i] = a*x[i] + y[i] }
//
// See [Add] for what must hold.
func AxpyInt64(dst []int64, a int64, x, y []int64) {
	stream := streamsPair(dst, x, y)
	var p pace
	for len(dst) > 0 {
		n := p.next(len(dst), block3)
		axpyInt64Block(dst[:n], a, x[:n], y[:n], stream)
		dst, x, y = dst[n:], x[n:], y[n:]
	}
}

func axpyInt64Block(dst []int64, a int64, x, y []int64, stream int) {
	switch active {
	case levelAVX512:
		axpyInt64AVX512(&dst[0], a, &x[0], &y[0], len(dst), stream)
	case levelAVX2:
		axpyInt64AVX2(&dst[0], a, &x[0], &y[0], len(dst), stream)
	default:
		axpyIntGo(dst, a, x, y)
	}
}

// DotInt64 returns the inner product of x and y; products and sums wrap as in Go:
//
//	for i, v := range x { s += v * y[i] }
//
// Preconditions: len(x) == len(y); else it panics.
func DotInt64(x, y []int64) (sum int64) {
	sameLength(len(x), len(y))
	for len(x) > block2 {
		giveWay(len(x))
		sum += dotInt64Block(x[:block2], y[:block2])
		x, y = x[block2:], y[block2:]
	}
	return sum + dotInt64Block(x, y)
}

func dotInt64Block(x, y []int64) int64 {
	if active == levelAVX512 {
		return dotInt64AVX512(x, y)
	}
	if active == levelAVX2 {
		return dotInt64AVX2(x, y)
	}
	return dotInt64Go(x, y)
}

func dotInt64Go(x, y []int64) (sum int64) {
	for i, v := range x {
		sum += v * y[i]
	}
	return sum
}
