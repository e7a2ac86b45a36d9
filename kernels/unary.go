package kernels

import "math"

// The operations of unary, in the order of the assembly.
const (
	opScale = iota
	opSqrt
	opAbs
	opNeg
)

// Scale writes the multiples: for i := range dst { dst[i] = a * x[i] }. See
// [Add] for what must hold.
func Scale(dst []float64, a float64, x []float64) { unary(opScale, dst, x, a) }

// Sqrt writes the square roots, rounded right; of what is below zero it is NaN.
// See [Add] for what must hold.
func Sqrt(dst, x []float64) { unary(opSqrt, dst, x, 0) }

// Abs writes the elements without their signs, those of NaN too. See [Add] for
// what must hold.
func Abs(dst, x []float64) { unary(opAbs, dst, x, 0) }

// Neg writes the elements with the opposite signs, those of NaN too. See [Add]
// for what must hold.
func Neg(dst, x []float64) { unary(opNeg, dst, x, 0) }

func unary(op int, dst, x []float64, a float64) {
	at := mover
	if op == opSqrt { // it computes more than it moves
		at = active
	}
	switch {
	case !fits(dst, x):
		refuse(len(dst), len(x))
	case len(dst) > block2:
		unaryLong(op, dst, x, a)
	case len(dst) == 0:
	case at == levelAVX2:
		unaryAVX2(op, &dst[0], &x[0], a, len(dst), 0)
	case at == levelAVX512:
		unaryAVX512(op, &dst[0], &x[0], a, len(dst), 0)
	default:
		unaryGo(op, dst, x, a)
	}
}

// unaryLong is unary for more than a block.
func unaryLong(op int, dst, x []float64, a float64) {
	stream := streamsOf(dst, x)
	var p pace
	for len(dst) > block2 {
		unaryBlock(op, dst[:block2], x[:block2], a, stream)
		p.spend(block2, lookElems)
		dst, x = dst[block2:], x[block2:]
	}
	unaryBlock(op, dst, x, a, stream)
}

func unaryBlock(op int, dst, x []float64, a float64, stream int) {
	at := mover
	if op == opSqrt {
		at = active
	}
	switch at {
	case levelAVX512:
		unaryAVX512(op, &dst[0], &x[0], a, len(dst), stream)
	case levelAVX2:
		unaryAVX2(op, &dst[0], &x[0], a, len(dst), stream)
	default:
		unaryGo(op, dst, x, a)
	}
}

func unaryGo(op int, dst, x []float64, a float64) {
	x = x[:len(dst)]
	switch op {
	case opScale:
		for i := range dst {
			dst[i] = a * x[i]
		}
	case opSqrt:
		for i := range dst {
			dst[i] = math.Sqrt(x[i])
		}
	case opAbs:
		for i := range dst {
			dst[i] = math.Abs(x[i])
		}
	default:
		for i := range dst {
			dst[i] = -x[i]
		}
	}
}

// FMA writes products plus numbers, rounded once:
//
//	for i := range dst { dst[i] = math.FMA(x[i], y[i], z[i]) }
//
// See [Add] for what must hold.
func FMA(dst, x, y, z []float64) {
	apart := writesTo(dst, x)
	apart = writesTo(dst, y) && apart
	apart = writesTo(dst, z) && apart
	stream := streams(len(dst), apart)
	var p pace
	for len(dst) > block3 {
		fmaBlock(dst[:block3], x[:block3], y[:block3], z[:block3], stream)
		p.spend(block3, lookElems)
		dst, x, y, z = dst[block3:], x[block3:], y[block3:], z[block3:]
	}
	if len(dst) > 0 {
		fmaBlock(dst, x, y, z, stream)
	}
}

func fmaBlock(dst, x, y, z []float64, stream int) {
	switch mover {
	case levelAVX512:
		fmaAVX512(&dst[0], &x[0], &y[0], &z[0], len(dst), stream)
	case levelAVX2:
		fmaAVX2(&dst[0], &x[0], &y[0], &z[0], len(dst), stream)
	default:
		fmaGo(dst, x, y, z)
	}
}

func fmaGo(dst, x, y, z []float64) {
	for i := range dst {
		dst[i] = math.FMA(x[i], y[i], z[i])
	}
}

// Axpy writes multiples of x plus y, rounded once; dst may be y:
//
//	for i := range dst { dst[i] = math.FMA(a, x[i], y[i]) }
//
// See [Add] for what must hold.
func Axpy(dst []float64, a float64, x, y []float64) {
	switch {
	case !fits(dst, x) || !fits(dst, y):
		refuse(len(dst), len(x), len(y))
	case len(dst) > block3:
		axpyLong(dst, a, x, y)
	case len(dst) == 0:
	case mover == levelAVX2:
		axpyAVX2(&dst[0], a, &x[0], &y[0], len(dst), 0)
	case mover == levelAVX512:
		axpyAVX512(&dst[0], a, &x[0], &y[0], len(dst), 0)
	default:
		axpyGo(dst, a, x, y)
	}
}

// axpyLong is Axpy for more than a block.
func axpyLong(dst []float64, a float64, x, y []float64) {
	stream := streamsPair(dst, x, y)
	var p pace
	for len(dst) > block3 {
		axpyBlock(dst[:block3], a, x[:block3], y[:block3], stream)
		p.spend(block3, lookElems)
		dst, x, y = dst[block3:], x[block3:], y[block3:]
	}
	axpyBlock(dst, a, x, y, stream)
}

func axpyBlock(dst []float64, a float64, x, y []float64, stream int) {
	switch mover {
	case levelAVX512:
		axpyAVX512(&dst[0], a, &x[0], &y[0], len(dst), stream)
	case levelAVX2:
		axpyAVX2(&dst[0], a, &x[0], &y[0], len(dst), stream)
	default:
		axpyGo(dst, a, x, y)
	}
}

// axpyGo is not inlined, so that Axpy has nothing to keep for it: a store more is to be seen
// in the first cache.
//
//go:noinline
func axpyGo(dst []float64, a float64, x, y []float64) {
	for i := range dst {
		dst[i] = math.FMA(a, x[i], y[i])
	}
}
