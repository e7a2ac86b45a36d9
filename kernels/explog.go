package kernels

import "math"

// Exp writes the exponential functions: for i := range dst { dst[i] = e^x[i] }.
// They are less than 1 unit in the last place from the exact values (0.85 is
// the most that was found) and the same to the bit on every level; results
// below the normal numbers are at most one of their steps away. Above 709.78 it
// is +Inf, below -745.13 zero. See [Add] for what must hold.
//
// The algorithm is that of Cody and Waite: with k the integer next to x/ln 2
// and r = x - k*ln 2, e^x is 2^k * e^r. ln 2 has two parts, of which the first
// leaves no rounding error: k*high is at most 64 bits that end where x does. On
// |r| <= ln(2)/2, e^r = 1 + r + r^2*q(r), where q is the polynomial of degree 9
// with the least relative error of the whole, 2^-57.9, and what 1 + r loses by
// rounding is added to the last term.
func Exp(dst, x []float64) {
	stream := streams(len(dst), writesTo(dst, x))
	var p pace
	for len(dst) > block2 {
		expBlock(dst[:block2], x[:block2], stream)
		p.spend(block2, lookElems)
		dst, x = dst[block2:], x[block2:]
	}
	if len(dst) > 0 {
		expBlock(dst, x, stream)
	}
}

func expBlock(dst, x []float64, stream int) {
	switch active {
	case levelAVX512:
		expAVX512(&dst[0], &x[0], len(dst), stream)
	case levelAVX2:
		expAVX2(&dst[0], &x[0], len(dst), stream)
	default:
		expGo(dst, x)
	}
}

// The constants of Exp, which the assembly has too.
const (
	expMost, expLeast = 710, -746 // beyond them nothing changes any more
	log2E             = 0x1.71547652b82fep+0
	ln2High, ln2Low   = 0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56
	toInteger         = 0x1.8p52 // plus this a number is whole, in its lowest bits
)

func expGo(dst, x []float64) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = exp(x[i])
	}
}

func exp(x float64) float64 {
	if x > expMost {
		x = expMost
	}
	if x < expLeast {
		x = expLeast
	}
	n := math.FMA(x, log2E, toInteger)
	k := n - toInteger
	r := math.FMA(-k, ln2High, x)
	r = math.FMA(-k, ln2Low, r)
	z := r * r
	even := fma5(z, 0x1.000000000000ap-1, 0x1.555555555087dp-5, 0x1.6c16c1842a09fp-10, 0x1.a0199a0c78972p-16, 0x1.28ad72bf7e407p-22)
	odd := fma5(z, 0x1.55555555554fap-3, 0x1.1111111127be6p-7, 0x1.a01a012a57064p-13, 0x1.71df255430ed3p-19, 0x1.ad7f6b5dc2ef6p-26)
	sum := 1 + r
	e := sum + math.FMA(math.FMA(odd, r, even), z, r-(sum-1))
	// 2^k as two powers, since one is not always a normal number. Only the
	// second product rounds, if it is not one.
	both := (math.Float64bits(n) + 2048) & 0xfff
	half := both >> 1
	return float64(e*power(half)) * power(both-half)
}

// power returns 2^(n-1024).
func power(n uint64) float64 { return math.Float64frombits((n - 1) << 52) }

// fma5 returns a + b*z + ... + e*z^4.
func fma5(z, a, b, c, d, e float64) float64 { return math.FMA(fma4(z, b, c, d, e), z, a) }

func fma4(z, a, b, c, d float64) float64 { return math.FMA(fma3(z, b, c, d), z, a) }

func fma3(z, a, b, c float64) float64 { return math.FMA(math.FMA(c, z, b), z, a) }

// Log writes the natural logarithms: for i := range dst { dst[i] = ln x[i] }.
// They are less than 1 unit in the last place from the exact values (0.83 is
// the most that was found) and the same to the bit on every level. Of zero it is
// -Inf, of what is below NaN. See [Add] for what must hold.
//
// The algorithm is that of FDLIBM's e_log.c: x = m * 2^k with m between the roots
// of 1/2 and 2, f = m-1, s = f/(2+f), and
//
//	ln m = f - (f^2/2 - s*(f^2/2 + R(s^2)))
//
// where R is the polynomial of degree 7 without a constant term that is closest
// to 2*artanh(s)/s - 2: 2^-58.5. The first part of ln 2 ends in eleven zeros, so
// that its product with k is exact.
func Log(dst, x []float64) {
	stream := streams(len(dst), writesTo(dst, x))
	var p pace
	for len(dst) > block2 {
		logBlock(dst[:block2], x[:block2], stream)
		p.spend(block2, lookElems)
		dst, x = dst[block2:], x[block2:]
	}
	if len(dst) > 0 {
		logBlock(dst, x, stream)
	}
}

func logBlock(dst, x []float64, stream int) {
	switch active {
	case levelAVX512:
		logAVX512(&dst[0], &x[0], len(dst), stream)
	case levelAVX2:
		logAVX2(&dst[0], &x[0], len(dst), stream)
	default:
		logGo(dst, x)
	}
}

// The constants of Log, which the assembly has too.
const (
	sqrtHalf            = 0x3fe6a09e667f3bcd // as bits
	oneBits             = 0x3ff0000000000000
	fractionBits        = 1<<52 - 1
	ln2Short, ln2Behind = 0x1.62e42fefa3800p-1, 0x1.ef35793c76730p-45
)

func logGo(dst, x []float64) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = log(x[i])
	}
}

func log(x float64) float64 {
	switch {
	case !(x < math.Inf(1)):
		return x
	case x == 0:
		return math.Inf(-1)
	case x < 0:
		return math.NaN()
	}
	bias := 0x1p52 + 1023
	if x < 0x1p-1022 {
		x, bias = x*0x1p54, bias+54
	}
	b := math.Float64bits(x) + (oneBits - sqrtHalf)
	k := math.Float64frombits(b>>52|0x4330000000000000) - bias
	f := math.Float64frombits(b&fractionBits+sqrtHalf) - 1
	s := f / (2 + f)
	z := s * s
	w := z * z
	even := z * fma4(w, 0x1.5555555555592p-1, 0x1.24924941f4f5fp-2, 0x1.74663fa0bb0f1p-3, 0x1.2f0632cb74c93p-3)
	odd := fma3(w, 0x1.999999997fd77p-2, 0x1.c71c52060dda4p-3, 0x1.39a1a71ff0a49p-3)
	r := math.FMA(odd, w, even)
	half := float64(0.5*f) * f
	low := math.FMA(float64(half+r), s, float64(k*ln2Behind))
	return math.FMA(k, ln2Short, f-(half-low))
}
