package kernels

import "math"

// ScaleFloat32 is [Scale] for float32.
func ScaleFloat32(dst []float32, a float32, x []float32) { unaryFloat32(opScale, dst, x, a) }

// SqrtFloat32 is [Sqrt] for float32.
func SqrtFloat32(dst, x []float32) { unaryFloat32(opSqrt, dst, x, 0) }

// AbsFloat32 is [Abs] for float32.
func AbsFloat32(dst, x []float32) { unaryFloat32(opAbs, dst, x, 0) }

// NegFloat32 is [Neg] for float32.
func NegFloat32(dst, x []float32) { unaryFloat32(opNeg, dst, x, 0) }

func unaryFloat32(op int, dst, x []float32, a float32) {
	stream := streamsOf(dst, x)
	var p pace
	for len(dst) > 0 {
		n := p.next(len(dst), narrow2)
		unaryFloat32Block(op, dst[:n], x[:n], a, stream)
		dst, x = dst[n:], x[n:]
	}
}

func unaryFloat32Block(op int, dst, x []float32, a float32, stream int) {
	switch active {
	case levelAVX512:
		unaryFloat32AVX512(op, &dst[0], &x[0], a, len(dst), stream)
	case levelAVX2:
		unaryFloat32AVX2(op, &dst[0], &x[0], a, len(dst), stream)
	default:
		unaryFloat32Go(op, dst, x, a)
	}
}

func unaryFloat32Go(op int, dst, x []float32, a float32) {
	x = x[:len(dst)]
	switch op {
	case opScale:
		for i := range dst {
			dst[i] = a * x[i]
		}
	case opSqrt:
		for i := range dst {
			dst[i] = float32(math.Sqrt(float64(x[i])))
		}
	case opAbs:
		for i := range dst {
			dst[i] = math.Float32frombits(math.Float32bits(x[i]) &^ (1 << 31))
		}
	default:
		for i := range dst {
			dst[i] = -x[i]
		}
	}
}
