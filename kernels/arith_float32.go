package kernels

// AddFloat32 is [Add] for float32.
func AddFloat32(dst, x, y []float32) { arithFloat32(opAdd, dst, x, y) }

// SubFloat32 is [Sub] for float32.
func SubFloat32(dst, x, y []float32) { arithFloat32(opSub, dst, x, y) }

// MulFloat32 is [Mul] for float32.
func MulFloat32(dst, x, y []float32) { arithFloat32(opMul, dst, x, y) }

// DivFloat32 is [Div] for float32.
func DivFloat32(dst, x, y []float32) { arithFloat32(opDiv, dst, x, y) }

func arithFloat32(op int, dst, x, y []float32) {
	stream := streamsPair(dst, x, y)
	var p pace
	for len(dst) > 0 {
		n := p.next(len(dst), narrow3)
		arithFloat32Block(op, dst[:n], x[:n], y[:n], stream)
		dst, x, y = dst[n:], x[n:], y[n:]
	}
}

func arithFloat32Block(op int, dst, x, y []float32, stream int) {
	switch active {
	case levelAVX512:
		arithFloat32AVX512(op, &dst[0], &x[0], &y[0], len(dst), stream)
	case levelAVX2:
		arithFloat32AVX2(op, &dst[0], &x[0], &y[0], len(dst), stream)
	default:
		quotientGo(op, dst, x, y)
	}
}

// quotientGo is wholeGo with division.
func quotientGo(op int, dst, x, y []float32) {
	if op != opDiv {
		wholeGo(op, dst, x, y)
		return
	}
	for i := range dst {
		dst[i] = x[i] / y[i]
	}
}

// FMAFloat32 is [FMA] for float32: products plus numbers, rounded once.
func FMAFloat32(dst, x, y, z []float32) {
	apart := writesTo(dst, x)
	apart = writesTo(dst, y) && apart
	apart = writesTo(dst, z) && apart
	stream := streams(len(dst)/2, apart)
	var p pace
	for len(dst) > 0 {
		n := p.next(len(dst), narrow3)
		fmaFloat32Block(dst[:n], x[:n], y[:n], z[:n], stream)
		dst, x, y, z = dst[n:], x[n:], y[n:], z[n:]
	}
}

func fmaFloat32Block(dst, x, y, z []float32, stream int) {
	switch active {
	case levelAVX512:
		fmaFloat32AVX512(&dst[0], &x[0], &y[0], &z[0], len(dst), stream)
	case levelAVX2:
		fmaFloat32AVX2(&dst[0], &x[0], &y[0], &z[0], len(dst), stream)
	default:
		fmaFloat32Go(dst, x, y, z)
	}
}

func fmaFloat32Go(dst, x, y, z []float32) {
	for i := range dst {
		dst[i] = fma32(x[i], y[i], z[i])
	}
}

// AxpyFloat32 is [Axpy] for float32: multiples of x plus y, rounded once.
func AxpyFloat32(dst []float32, a float32, x, y []float32) {
	stream := streamsPair(dst, x, y)
	var p pace
	for len(dst) > 0 {
		n := p.next(len(dst), narrow3)
		axpyFloat32Block(dst[:n], a, x[:n], y[:n], stream)
		dst, x, y = dst[n:], x[n:], y[n:]
	}
}

func axpyFloat32Block(dst []float32, a float32, x, y []float32, stream int) {
	switch active {
	case levelAVX512:
		axpyFloat32AVX512(&dst[0], a, &x[0], &y[0], len(dst), stream)
	case levelAVX2:
		axpyFloat32AVX2(&dst[0], a, &x[0], &y[0], len(dst), stream)
	default:
		axpyFloat32Go(dst, a, x, y)
	}
}

func axpyFloat32Go(dst []float32, a float32, x, y []float32) {
	for i := range dst {
		dst[i] = fma32(a, x[i], y[i])
	}
}
