package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const (
	ordered   = 7 // neither operand of a comparison is NaN
	unordered = 3
)

// minMax compares pairs of vectors for NaN, since min and max lose them.
func minMax() {
	routine("minMax", "func(x []float64) (lo float64, hi float64)")
	x, n := slice("x")
	first := vec()
	VBROADCASTSD(at(x, 0), first)
	unroll := pick(8, 4)
	lo, hi := copies(first, unroll), copies(first, unroll)
	nan := newNaNs(unroll / 2)
	var previous VecVirtual
	l := loop{n: n, in: []GPVirtual{x}, unroll: unroll, pad: first, far: true}
	l.body = func(j int, in []Op, m *mask) {
		v := vec()
		VMOVUPD(in[0], v)
		VMINPD(v, lo[j], lo[j])
		VMAXPD(v, hi[j], hi[j])
		switch {
		case !l.many:
			nan.see(0, v, v)
		case j%2 == 1:
			nan.see(j/2, previous, v)
		}
		previous = v
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

// nans remembers whether a NaN was seen: by masks in which a bit is lost for
// good, or by vectors in which one is set.
type nans struct {
	k []OpmaskVirtual
	v []VecVirtual
}

func newNaNs(n int) *nans {
	s := &nans{}
	if !level.wide {
		s.v = vecs(1)
		return s
	}
	for range n {
		k := K()
		KXNORB(k, k, k)
		s.k = append(s.k, k)
	}
	return s
}

func (s *nans) see(i int, a, b VecVirtual) {
	if level.wide {
		VCMPPD(Imm(ordered), a, b, s.k[i], s.k[i])
		return
	}
	t := vec()
	VCMPPD(Imm(unordered), a, b, t)
	VORPD(t, s.v[0], s.v[0])
}

// spread makes both numbers NaN if one was seen.
func (s *nans) spread(lo, hi Register) {
	none := fresh("ordered")
	seen := s.seen()
	TESTQ(seen, seen)
	JZ(LabelRef(none))
	VPCMPEQD(lo, lo, lo)
	VPCMPEQD(hi, hi, hi)
	Label(none)
}

// seen returns a number that is 0 if none was; nil sees nothing.
func (s *nans) seen() GPVirtual {
	seen := GP64()
	if s == nil {
		XORL(seen.As32(), seen.As32())
		return seen
	}
	if !level.wide {
		VMOVMSKPD(s.v[0], seen.As32())
		return seen
	}
	for _, k := range s.k[1:] {
		KANDB(k, s.k[0], s.k[0])
	}
	KMOVB(s.k[0], seen.As32())
	XORL(U32(0xff), seen.As32())
	return seen
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
	l := loop{n: n, in: []GPVirtual{x}, unroll: unroll, pad: first, far: true}
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
