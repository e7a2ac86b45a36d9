package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The numbers of explog.go in the package, where the algorithm is explained.
const (
	expMost, expLeast = 710, -746
	log2E             = 0x1.71547652b82fep+0
	ln2High, ln2Low   = 0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56
	toInteger         = 0x1.8p52

	sqrtHalf            = 0x3fe6a09e667f3bcd
	oneBits             = 0x3ff0000000000000
	fractionBits        = 1<<52 - 1
	ln2Short, ln2Behind = 0x1.62e42fefa3800p-1, 0x1.ef35793c76730p-45
)

var (
	expTerms = []float64{
		0x1.000000000000ap-1, 0x1.55555555554fap-3, 0x1.555555555087dp-5, 0x1.1111111127be6p-7, 0x1.6c16c1842a09fp-10,
		0x1.a01a012a57064p-13, 0x1.a0199a0c78972p-16, 0x1.71df255430ed3p-19, 0x1.28ad72bf7e407p-22, 0x1.ad7f6b5dc2ef6p-26,
	}
	logTerms = []float64{
		0x1.5555555555592p-1, 0x1.999999997fd77p-2, 0x1.24924941f4f5fp-2, 0x1.c71c52060dda4p-3, 0x1.74663fa0bb0f1p-3,
		0x1.39a1a71ff0a49p-3, 0x1.2f0632cb74c93p-3,
	}
)

// kept returns a constant: in a register where there are enough of them.
func kept(v float64) Op { return keptBits(math.Float64bits(v)) }

func keptBits(v uint64) Op {
	if !level.wide {
		return splat(v)
	}
	r := vec()
	VPBROADCASTQ(words(v), r)
	return r
}

// held returns a constant in a register.
func held(v float64) VecVirtual {
	r := vec()
	VBROADCASTSD(words(math.Float64bits(v)), r)
	return r
}

// loaded returns a register that holds an operand and may be written to.
func loaded(from Op) VecVirtual {
	v := vec()
	VMOVUPD(from, v)
	return v
}

// series returns the sum of terms[i] * t^i.
func series(t VecVirtual, terms ...Op) VecVirtual {
	sum := loaded(terms[len(terms)-1])
	for i := len(terms) - 2; i >= 0; i-- {
		VFMADD213PD(terms[i], t, sum)
	}
	return sum
}

func keptAll(v []float64) []Op {
	all := make([]Op, len(v))
	for i := range v {
		all[i] = kept(v[i])
	}
	return all
}

func everySecond(all []Op, from int) (half []Op) {
	for i := from; i < len(all); i += 2 {
		half = append(half, all[i])
	}
	return half
}

func expEach() {
	routine("exp", "func(dst *float64, x *float64, n int, stream int)")
	most, least, perLn2, whole := kept(expMost), kept(expLeast), held(log2E), held(toInteger)
	high, low, one, terms := held(ln2High), held(ln2Low), held(1), keptAll(expTerms)
	mapEach([]string{"x"}, func(in []Op) VecVirtual {
		x := loaded(most)
		VMINPD(in[0], x, x) // the second source, which a NaN is taken from
		bound := loaded(least)
		VMAXPD(x, bound, x)
		n, k := loaded(whole), vec()
		VFMADD231PD(perLn2, x, n)
		VSUBPD(whole, n, k)
		VFNMADD231PD(high, k, x)
		VFNMADD231PD(low, k, x)
		square := vec()
		VMULPD(x, x, square)
		even, odd := series(square, everySecond(terms, 0)...), series(square, everySecond(terms, 1)...)
		VFMADD213PD(even, x, odd)
		sum, behind := vec(), vec()
		VADDPD(one, x, sum)
		VSUBPD(one, sum, behind)
		VSUBPD(behind, x, behind)
		VFMADD213PD(behind, square, odd)
		VADDPD(odd, sum, sum)
		return timesPower(sum, k, n)
	})
}

// timesPower returns v * 2^k, rounded once; n holds k in its lowest bits.
func timesPower(v, k, n VecVirtual) VecVirtual {
	if level.wide {
		VSCALEFPD(k, v, v)
		return v
	}
	// Two powers of two, since one is not always a normal number. Their exponents
	// are the halves of k + 2*1023; what n holds above 12 bits is shifted out.
	half := vec()
	VPADDQ(splat(2*1023), n, n)
	VPSRLQ(Imm(1), n, half)
	VPSUBQ(half, n, n)
	for _, power := range []VecVirtual{half, n} {
		VPSLLQ(Imm(52), power, power)
		VMULPD(power, v, v)
	}
	return v
}

func logEach() {
	routine("log", "func(dst *float64, x *float64, n int, stream int)")
	l := &logarithm{
		one: kept(1), half: kept(0.5), two: kept(2), high: kept(ln2Short), low: kept(ln2Behind), terms: keptAll(logTerms),
		infinity: splatFloat(math.Inf(1)), zero: vecs(1)[0],
	}
	if level.wide {
		l.root2 = keptBits(sqrtHalf + 1<<52)
	} else {
		l.smallest, l.up, l.shift, l.root = splatFloat(0x1p-1022), splatFloat(0x1p54), splat(oneBits-sqrtHalf), splat(sqrtHalf)
		l.fraction, l.toFloat, l.bias, l.biasUp = splat(fractionBits), splatFloat(0x1p52), splatFloat(0x1p52+1023), splatFloat(0x1p52+1023+54)
	}
	mapEach([]string{"x"}, l.of)
}

type logarithm struct {
	one, half, two, high, low, infinity Op
	terms                               []Op
	zero                                VecVirtual
	root2                               Op // AVX-512: twice the root of 1/2

	smallest, up, shift, root, fraction, toFloat, bias, biasUp Op // AVX2

	rare GPVirtual // AVX2: that a lane is not a positive normal number
}

func (l *logarithm) of(in []Op) VecVirtual {
	x := loaded(in[0])
	f, k := l.split(x)
	VSUBPD(l.one, f, f)
	s, z, w := vec(), vec(), vec()
	VADDPD(l.two, f, s)
	VDIVPD(s, f, s)
	VMULPD(s, s, z)
	VMULPD(z, z, w)
	even, odd := series(w, everySecond(l.terms, 0)...), series(w, everySecond(l.terms, 1)...)
	VMULPD(z, even, even)
	VFMADD213PD(even, w, odd) // the series
	half := vec()
	VMULPD(l.half, f, half)
	VMULPD(f, half, half)
	VADDPD(half, odd, odd)
	low := vec()
	VMULPD(l.low, k, low)
	VFMADD213PD(low, s, odd)
	VSUBPD(odd, half, half)
	VSUBPD(half, f, f)
	VFMADD231PD(l.high, k, f)
	l.specials(x, f)
	return f
}

// split returns m and k with x = m * 2^k and m between the roots of 1/2 and 2.
func (l *logarithm) split(x VecVirtual) (m, k VecVirtual) {
	if level.wide {
		return l.splitWide(x)
	}
	m, k = loaded(x), loaded(l.bias)
	l.rare = anyRare(x)
	ordinary := fresh("ordinary")
	TESTL(l.rare, l.rare)
	JZ(LabelRef(ordinary))
	scaled, small := vec(), vec()
	VMULPD(l.up, x, scaled)
	VCMPPD(Imm(17), l.smallest, x, small) // x < the smallest
	VBLENDVPD(small, scaled, x, m)
	VBLENDVPD(small, l.biasUp, k, k)
	Label(ordinary)
	exponent := vec()
	VPADDQ(l.shift, m, m)
	VPSRLQ(Imm(52), m, exponent)
	or(l.toFloat, exponent, exponent)
	VSUBPD(k, exponent, k)
	and(l.fraction, m, m)
	VPADDQ(l.root, m, m)
	return m, k
}

// anyRare returns, not zero, that some lane of x is not a positive normal number: less the
// bits of the smallest, those of these are neither negative nor more than those of the largest.
func anyRare(x VecVirtual) GPVirtual {
	const smallest, largest = 0x0010 << 48, 0x7ff0<<48 - 1
	above, rare, some := vec(), vec(), GP32()
	VPSUBQ(splat(smallest), x, above)
	VPCMPGTQ(splat(largest-smallest), above, rare)
	or(above, rare, rare)
	VMOVMSKPD(rare, some)
	return some
}

// splitWide is split by instructions for the exponent and the fraction, which
// know all that is not normal, too.
func (l *logarithm) splitWide(x VecVirtual) (m, k VecVirtual) {
	m, k = vec(), vec()
	upper := K()
	VGETMANTPD(Imm(0), x, m) // between 1 and 2
	VGETEXPPD(x, k)
	VCMPPD(Imm(uint64(notLess)), l.root2, m, upper)
	VMULPD(l.half, m, upper, m)
	VADDPD(l.one, k, upper, k)
	return m, k
}

func and(a Op, b, dst VecVirtual) {
	if level.wide {
		VPANDQ(a, b, dst)
	} else {
		VPAND(a, b, dst)
	}
}

// specials puts the logarithms of what is not a positive finite number into v.
func (l *logarithm) specials(x, v VecVirtual) {
	ordinary := fresh("ordinary")
	if level.wide {
		some := K()
		VFPCLASSPDZ(Imm(notPositive), x, some)
		KORTESTB(some, some)
	} else {
		TESTL(l.rare, l.rare)
	}
	JZ(LabelRef(ordinary))
	for _, s := range []struct {
		predicate uint64
		with, is  Op
	}{
		{17, l.zero, splatFloat(math.NaN())},  // x < 0
		{0, l.zero, splatFloat(math.Inf(-1))}, // x == 0
		{5, l.infinity, nil},                  // not x < +Inf: itself
	} {
		is := s.is
		if is == nil {
			is = x
		}
		if level.wide {
			k := K()
			VCMPPD(Imm(s.predicate), s.with, x, k)
			VMOVUPD(is, k, v)
			continue
		}
		hit := vec()
		VCMPPD(Imm(s.predicate), s.with, x, hit)
		VBLENDVPD(hit, is, v, v)
	}
	Label(ordinary)
}

// notPositive are the classes of numbers that are not finite and above zero:
// both NaN, both zeros, both infinities and what is below zero.
const notPositive = 0x01 | 0x80 | 0x02 | 0x04 | 0x08 | 0x10 | 0x40
