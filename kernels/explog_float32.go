package kernels

import "math"

// ExpFloat32 is [Exp] for float32: the exact values rounded to the nearest float32,
// but for 63,803 of the 2^32 inputs. No result is more than 0.501 units in the last
// place away, and all are the same to the bit on every level.
//
// It computes in float64, so that one rounding is all there is to lose: with k the
// integer next to x/ln 2 and r = x - k*ln 2, e^x is 2^k * e^r, and e^r the
// polynomial of degree 7 that is 1 at 0 and has the least relative error, 2^-34.3.
// k is added to the exponent, which float64 has room for.
func ExpFloat32(dst, x []float32) {
	stream := streamsOf(dst, x)
	var p pace
	for len(dst) > 0 {
		n := p.next(len(dst), narrow2)
		expFloat32Block(dst[:n], x[:n], stream)
		dst, x = dst[n:], x[n:]
	}
}

func expFloat32Block(dst, x []float32, stream int) {
	switch active {
	case levelAVX512:
		expFloat32AVX512(&dst[0], &x[0], len(dst), stream)
	case levelAVX2:
		expFloat32AVX2(&dst[0], &x[0], len(dst), stream)
	default:
		expFloat32Go(dst, x)
	}
}

// The constants of ExpFloat32, which the assembly has too.
const (
	expMost32, expLeast32 = 90, -110 // beyond them nothing changes any more
	ln2                   = 0x1.62e42fefa39efp-1
)

func expFloat32Go(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = exp32(x[i])
	}
}

func exp32(v float32) float32 {
	if v != v {
		return v
	}
	x := min(max(float64(v), expLeast32), expMost32)
	n := math.FMA(x, log2E, toInteger)
	k := n - toInteger
	r := math.FMA(-k, ln2, x)
	z := r * r
	even := fma4(z, 1, 0x1.000000424eb42p-1, 0x1.555481a90fac0p-5, 0x1.6d9569691baeap-10)
	odd := fma4(z, 0x1.00000000e5891p+0, 0x1.55555350a4b19p-3, 0x1.11130b23e3378p-7, 0x1.9e8ecd3ede4cfp-13)
	e := math.FMA(odd, r, even)
	return float32(math.Float64frombits(math.Float64bits(e) + math.Float64bits(n)<<52)) // e * 2^k
}

// LogFloat32 is [Log] for float32: the exact values rounded to the nearest float32,
// but for 1,118 of the 2^32 inputs. No result is more than 0.501 units in the last
// place away, and all are the same to the bit on every level.
//
// It computes in float64 as Log does, where every float32 is a normal number:
// ln m is s * (2 + s^2*R(s^2)) with R of degree 3 and the least relative error of
// the whole, 2^-37.6.
func LogFloat32(dst, x []float32) {
	stream := streamsOf(dst, x)
	var p pace
	for len(dst) > 0 {
		n := p.next(len(dst), narrow2)
		logFloat32Block(dst[:n], x[:n], stream)
		dst, x = dst[n:], x[n:]
	}
}

func logFloat32Block(dst, x []float32, stream int) {
	switch active {
	case levelAVX512:
		logFloat32AVX512(&dst[0], &x[0], len(dst), stream)
	case levelAVX2:
		logFloat32AVX2(&dst[0], &x[0], len(dst), stream)
	default:
		logFloat32Go(dst, x)
	}
}

func logFloat32Go(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = log32(x[i])
	}
}

func log32(v float32) float32 {
	x := float64(v)
	switch {
	case !(x < math.Inf(1)):
		return v
	case x == 0:
		return float32(math.Inf(-1))
	case x < 0:
		return nan32()
	}
	b := math.Float64bits(x) + (oneBits - sqrtHalf)
	k := math.Float64frombits(b>>52|0x4330000000000000) - (0x1p52 + 1023)
	f := math.Float64frombits(b&fractionBits+sqrtHalf) - 1
	s := f / (2 + f)
	z := s * s
	series := math.FMA(fma4(z, 0x1.555554fdd9bbbp-1, 0x1.999a7a2bc57dbp-2, 0x1.2438ecab6622dp-2, 0x1.e2f392124a067p-3), z, 2)
	return float32(math.FMA(k, ln2, float64(s*series)))
}
