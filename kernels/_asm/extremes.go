package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// minMax has the processor note NaNs, since min and max lose them.
func minMax() {
	routine("minMax", "func(x []float64) (lo float64, hi float64)")
	x, n := slice("x")
	first := vec()
	VBROADCASTSD(at(x, 0), first)
	unroll := pick(8, 4)
	lo, hi := copies(first, unroll), copies(first, unroll)
	nan := watchNaNs(true)
	l := loop{n: n, in: []GPVirtual{x}, unroll: unroll, pad: first, far: true, pages: true}
	l.body = func(j int, in []Op, m *mask) {
		v := vec()
		VMOVUPD(in[0], v)
		VMINPD(v, lo[j], lo[j])
		VMAXPD(v, hi[j], hi[j])
	}
	l.emit()
	minInto := func(from, into VecVirtual) { VMINPD(from, into, into) }
	maxInto := func(from, into VecVirtual) { VMAXPD(from, into, into) }
	tree(lo, minInto)
	tree(hi, maxInto)
	low, high := halves(lo[0], minInto), halves(hi[0], maxInto)
	nan.spread(low, high)
	result(low, 0)
	result(high, 1)
	done()
}

// copies returns n registers that hold v.
func copies(v VecVirtual, n int) []VecVirtual {
	regs := make([]VecVirtual, n)
	for i := range regs {
		regs[i] = vec()
		VMOVAPD(v, regs[i])
	}
	return regs
}

// minMaxInt sorts pairs of vectors first where a minimum is a comparison and a
// blend: one comparison then serves both.
func minMaxInt() {
	routine("minMaxInt64", "func(x []int64) (lo int64, hi int64)", "equals minMaxGo.")
	x, n := slice("x")
	first := vec()
	VPBROADCASTQ(at(x, 0), first)
	lo, hi := copies(first, 4), copies(first, 4)
	unroll := pick(4, 8)
	l := loop{n: n, in: []GPVirtual{x}, unroll: unroll, pad: first, far: true, pages: true}
	var previous VecVirtual
	l.body = func(j int, in []Op, m *mask) {
		v := vec()
		VMOVUPD(in[0], v)
		switch {
		case level.wide || !l.many:
			minInt(v, lo[j])
			maxInt(v, hi[j])
		case j%2 == 1:
			minInt(inOrder(previous, v), lo[j/2])
			maxInt(v, hi[j/2])
		}
		previous = v
	}
	l.emit()
	tree(lo, minInt)
	tree(hi, maxInt)
	result(halves(lo[0], minInt), 0)
	result(halves(hi[0], maxInt), 1)
	done()
}

// inOrder returns the smaller of each pair of lanes, and moves the larger to b.
func inOrder(a, b VecVirtual) (smaller VecVirtual) {
	greater := like(a)
	smaller = like(a)
	VPCMPGTQ(b, a, greater)
	VBLENDVPD(greater, b, a, smaller)
	VBLENDVPD(greater, a, b, b)
	return smaller
}

func minInt(from, into VecVirtual) {
	if level.wide {
		VPMINSQ(from, into, into)
		return
	}
	greater := like(into)
	VPCMPGTQ(from, into, greater)
	VBLENDVPD(greater, from, into, into)
}

func maxInt(from, into VecVirtual) {
	if level.wide {
		VPMAXSQ(from, into, into)
		return
	}
	greater := like(into)
	VPCMPGTQ(into, from, greater)
	VBLENDVPD(greater, from, into, into)
}

// like returns a new register of the size of v.
func like(v Register) VecVirtual {
	switch v.Size() {
	case 16:
		return XMM()
	case 32:
		return YMM()
	default:
		return ZMM()
	}
}

// maxCode takes bytes: whole vectors, then the last ones one by one.
func maxCode() {
	routine("maxCode", "func(codes []uint8) uint8")
	codes, n := slice("codes")
	acc := vecs(4)
	for _, unroll := range []int{4, 1} {
		while(n, unroll*level.bytes(), func() {
			for j := range unroll {
				VPMAXUB(at(codes, j*level.bytes()), acc[j], acc[j])
			}
			ADDQ(imm(unroll*level.bytes()), codes)
		})
	}
	maxInto := func(from, into VecVirtual) { VPMAXUB(from, into, into) }
	tree(acc, maxInto)
	low := halves(acc[0], maxInto).(VecVirtual)
	best, v := GP64(), GP64()
	VMOVQ(low, best)
	for _, shift := range []uint64{32, 16, 8} {
		MOVQ(best, v)
		SHRQ(Imm(shift), v)
		maxBytes(v, best)
	}
	MOVBLZX(best.As8(), best.As32())
	while(n, 1, func() {
		MOVBLZX(at(codes, 0), v.As32())
		CMPL(v.As32(), best.As32())
		CMOVLHI(v.As32(), best.As32())
		INCQ(codes)
	})
	Store(best.As8(), ReturnIndex(0))
	done()
}

// maxBytes takes the larger of each pair of bytes.
func maxBytes(from, into GPVirtual) {
	a, b := XMM(), XMM()
	VMOVQ(from, a)
	VMOVQ(into, b)
	VPMAXUB(a, b, b)
	VMOVQ(b, into)
}
