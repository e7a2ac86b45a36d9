package kernels

// AddInt32 is [Add] for int32; sums wrap as in Go.
func AddInt32(dst, x, y []int32) { arithInt32(opAdd, dst, x, y) }

// SubInt32 is [Sub] for int32; differences wrap as in Go.
func SubInt32(dst, x, y []int32) { arithInt32(opSub, dst, x, y) }

// MulInt32 is [Mul] for int32; products wrap as in Go.
func MulInt32(dst, x, y []int32) { arithInt32(opMul, dst, x, y) }

func arithInt32(op int, dst, x, y []int32) {
	stream := streamsPair(dst, x, y)
	var p pace
	for len(dst) > 0 {
		n := p.next(len(dst), narrow3)
		arithInt32Block(op, dst[:n], x[:n], y[:n], stream)
		dst, x, y = dst[n:], x[n:], y[n:]
	}
}

func arithInt32Block(op int, dst, x, y []int32, stream int) {
	switch active {
	case levelAVX512:
		arithInt32AVX512(op, &dst[0], &x[0], &y[0], len(dst), stream)
	case levelAVX2:
		arithInt32AVX2(op, &dst[0], &x[0], &y[0], len(dst), stream)
	default:
		wholeGo(op, dst, x, y)
	}
}

// AxpyInt32 writes multiples of x plus y, which wrap as in Go; dst may be y:
//
//	for i := range dst { dst[i] = a*x[i] + y[i] }
//
// See [Add] for what must hold.
func AxpyInt32(dst []int32, a int32, x, y []int32) {
	stream := streamsPair(dst, x, y)
	var p pace
	for len(dst) > 0 {
		n := p.next(len(dst), narrow3)
		axpyInt32Block(dst[:n], a, x[:n], y[:n], stream)
		dst, x, y = dst[n:], x[n:], y[n:]
	}
}

func axpyInt32Block(dst []int32, a int32, x, y []int32, stream int) {
	switch active {
	case levelAVX512:
		axpyInt32AVX512(&dst[0], a, &x[0], &y[0], len(dst), stream)
	case levelAVX2:
		axpyInt32AVX2(&dst[0], a, &x[0], &y[0], len(dst), stream)
	default:
		axpyIntGo(dst, a, x, y)
	}
}

func axpyIntGo[T int32 | int64](dst []T, a T, x, y []T) {
	for i := range dst {
		dst[i] = a*x[i] + y[i]
	}
}

// The operations of unaryInt, in the order of the assembly.
const (
	opScaleInt = iota
	opAbsInt
	opNegInt
)

// ScaleInt32 is [Scale] for int32; products wrap as in Go.
func ScaleInt32(dst []int32, a int32, x []int32) { unaryInt32(opScaleInt, dst, x, a) }

// AbsInt32 writes the magnitudes; that of the smallest int32 wraps to itself. See
// [Add] for what must hold.
func AbsInt32(dst, x []int32) { unaryInt32(opAbsInt, dst, x, 0) }

// NegInt32 writes the elements with the opposite signs; the smallest int32 wraps
// to itself. See [Add] for what must hold.
func NegInt32(dst, x []int32) { unaryInt32(opNegInt, dst, x, 0) }

func unaryInt32(op int, dst, x []int32, a int32) {
	stream := streamsOf(dst, x)
	var p pace
	for len(dst) > 0 {
		n := p.next(len(dst), narrow2)
		unaryInt32Block(op, dst[:n], x[:n], a, stream)
		dst, x = dst[n:], x[n:]
	}
}

func unaryInt32Block(op int, dst, x []int32, a int32, stream int) {
	switch active {
	case levelAVX512:
		unaryInt32AVX512(op, &dst[0], &x[0], a, len(dst), stream)
	case levelAVX2:
		unaryInt32AVX2(op, &dst[0], &x[0], a, len(dst), stream)
	default:
		unaryIntGo(op, dst, x, a)
	}
}

func unaryIntGo[T int32 | int64](op int, dst, x []T, a T) {
	x = x[:len(dst)]
	switch op {
	case opScaleInt:
		for i := range dst {
			dst[i] = a * x[i]
		}
	case opAbsInt:
		for i := range dst {
			dst[i] = max(x[i], -x[i])
		}
	default:
		for i := range dst {
			dst[i] = -x[i]
		}
	}
}
