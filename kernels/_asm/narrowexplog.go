package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The numbers of explog_float32.go in the package, where the algorithm is
// explained.
const (
	expMost32, expLeast32 = 90, -110
	ln2                   = 0x1.62e42fefa39efp-1
)

var (
	expTerms32 = []float64{
		1, 0x1.00000000e5891p+0, 0x1.000000424eb42p-1, 0x1.55555350a4b19p-3, 0x1.555481a90fac0p-5, 0x1.11130b23e3378p-7,
		0x1.6d9569691baeap-10, 0x1.9e8ecd3ede4cfp-13,
	}
	logTerms32 = []float64{2, 0x1.555554fdd9bbbp-1, 0x1.999a7a2bc57dbp-2, 0x1.2438ecab6622dp-2, 0x1.e2f392124a067p-3}
)

func expFloat32() {
	routine("expFloat32", "func(dst *float32, x *float32, n int, stream int)")
	most, least, perLn2, whole := kept(expMost32), kept(expLeast32), kept(log2E), kept(toInteger)
	step, terms := kept(ln2), keptAll(expTerms32)
	mapEach([]string{"x"}, func(in []Op) VecVirtual {
		x := loaded(most)
		VMINPD(float32s.widen(in[0]), x, x) // the second source, which a NaN is taken from
		bound := loaded(least)
		VMAXPD(x, bound, x)
		n, k := loaded(whole), vec()
		VFMADD231PD(perLn2, x, n)
		VSUBPD(whole, n, k)
		VFNMADD231PD(step, k, x)
		square := vec()
		VMULPD(x, x, square)
		even, odd := series(square, everySecond(terms, 0)...), series(square, everySecond(terms, 1)...)
		VFMADD213PD(even, x, odd)
		VPSLLQ(Imm(52), n, n)
		VPADDQ(n, odd, odd) // times 2^k
		return rounded(odd)
	})
}

func logFloat32() {
	routine("logFloat32", "func(dst *float32, x *float32, n int, stream int)")
	shift, root, fraction := keptBits(oneBits-sqrtHalf), keptBits(sqrtHalf), keptBits(fractionBits)
	toFloat, bias, one, two, step := kept(0x1p52), kept(0x1p52+1023), kept(1), kept(2), kept(ln2)
	terms := keptAll(logTerms32)
	special := &logarithm{infinity: splatFloat(math.Inf(1)), zero: vecs(1)[0]}
	mapEach([]string{"x"}, func(in []Op) VecVirtual {
		x := float32s.widen(in[0])
		f, k, s, z := vec(), vec(), vec(), vec()
		VPADDQ(shift, x, f)
		VPSRLQ(Imm(52), f, k)
		or(toFloat, k, k)
		VSUBPD(bias, k, k)
		and(fraction, f, f)
		VPADDQ(root, f, f)
		VSUBPD(one, f, f)
		VADDPD(two, f, s)
		VDIVPD(s, f, s)
		VMULPD(s, s, z)
		sum := series(z, terms...)
		VMULPD(s, sum, sum)
		VFMADD231PD(step, k, sum)
		if !level.wide {
			special.rare = anyRare(x)
		}
		special.specials(x, sum)
		return rounded(sum)
	})
}
