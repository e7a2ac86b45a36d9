package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// mapping is a pass that writes a vector for each of its inputs' vectors.
type mapping struct {
	n, dst GPVirtual
	in     []GPVirtual
	body   func(in []Op) VecVirtual
}

const mapUnroll = 4

// emit writes the loop whose stores go round the caches, which runs if asked
// for and possible, and the one for ordinary stores, which does what is left.
func (l *mapping) emit() {
	stream, plain := GP64(), fresh("plain")
	Load(Param("stream"), stream)
	TESTQ(stream, stream)
	JZ(LabelRef(plain))
	MOVQ(l.dst, stream)
	ANDQ(imm(level.elem-1), stream)
	JNZ(LabelRef(plain))
	l.align()
	while(l.n, mapUnroll*level.lanes, func() {
		l.vectors(mapUnroll, func(v VecVirtual, to Mem) { VMOVNTPD(v, to) })
	})
	SFENCE()
	Label(plain)
	store := func(v VecVirtual, to Mem) { VMOVUPD(v, to) }
	tight(l.n, mapUnroll*level.lanes, func() { l.vectors(mapUnroll, store) })
	while(l.n, level.lanes, func() { l.vectors(1, store) })
	unlessZero(l.n, func() { l.masked(l.n) })
}

// align does the elements before the first whole vector of dst.
func (l *mapping) align() {
	head := GP64()
	MOVQ(l.dst, head)
	NEGQ(head)
	ANDQ(imm(level.bytes()-1), head)
	SHRQ(Imm(level.shift()), head)
	CMPQ(head, l.n)
	CMOVQHI(l.n, head)
	unlessZero(head, func() {
		l.masked(head)
		SUBQ(head, l.n)
		for _, p := range append([]GPVirtual{l.dst}, l.in...) {
			LEAQ(Mem{Base: p, Index: head, Scale: uint8(level.elem)}, p)
		}
	})
}

func (l *mapping) vectors(n int, store func(v VecVirtual, to Mem)) {
	for j := range n {
		in := make([]Op, len(l.in))
		for i, p := range l.in {
			in[i] = at(p, j*level.bytes())
		}
		store(l.body(in), at(l.dst, j*level.bytes()))
	}
	for _, p := range append([]GPVirtual{l.dst}, l.in...) {
		ADDQ(imm(n*level.bytes()), p)
	}
}

// masked does less than a vector.
func (l *mapping) masked(n GPVirtual) {
	m := firstLanes(n)
	in := make([]Op, len(l.in))
	for i, p := range l.in {
		in[i] = m.load(p)
	}
	m.store(l.body(in), at(l.dst, 0))
}

// store writes the lanes of m.
func (m *mask) store(v VecVirtual, to Mem) {
	if level.elem == 4 {
		m.storeDwords(v, to)
		return
	}
	if level.wide {
		VMOVUPD(v, m.k, to)
	} else {
		VMASKMOVPD(v, m.vec, to)
	}
}

// mapEach writes a mapping for each of some operations, on n elements from the pointers of
// these names on, and ends the routine. A word less in the call is to be seen in the first
// cache, so parameters are no slices.
func mapEach(names []string, bodies ...func(in []Op) VecVirtual) {
	l := mapping{n: word("n"), dst: word("dst")}
	for _, name := range names {
		l.in = append(l.in, word(name))
	}
	pick := func(i int) {
		l.body = bodies[i]
		l.emit()
		done()
	}
	if len(bodies) == 1 {
		pick(0)
	} else {
		choose(len(bodies), pick)
	}
}

// binary makes a body of an instruction.
func binary(op func(ops ...Op)) func(in []Op) VecVirtual {
	return func(in []Op) VecVirtual {
		v := vec()
		VMOVUPD(in[0], v)
		op(in[1], v, v)
		return v
	}
}

func arith() {
	routine("arith", "func(c int, dst *float64, x *float64, y *float64, n int, stream int)")
	mapEach([]string{"x", "y"}, binary(VADDPD), binary(VSUBPD), binary(VMULPD), binary(VDIVPD))
}

func arithInt() {
	routine("arithInt64", "func(c int, dst *int64, x *int64, y *int64, n int, stream int)", "equals wholeGo.")
	mapEach([]string{"x", "y"}, binary(VPADDQ), binary(VPSUBQ), mulInt)
}

// mulInt returns the low halves of the products: AVX2 has only those of 32
// bits to make them of.
func mulInt(in []Op) VecVirtual {
	if level.wide {
		return binary(VPMULLQ)(in)
	}
	a, b := vec(), vec()
	VMOVUPD(in[0], a)
	VMOVUPD(in[1], b)
	ah, bh := vec(), vec()
	VPSRLQ(Imm(32), a, ah)
	VPSRLQ(Imm(32), b, bh)
	VPMULUDQ(ah, b, ah)
	VPMULUDQ(bh, a, bh)
	VPADDQ(ah, bh, ah)
	VPSLLQ(Imm(32), ah, ah)
	VPMULUDQ(a, b, a)
	VPADDQ(ah, a, a)
	return a
}

func unary() {
	routine("unary", "func(c int, dst *float64, x *float64, a float64, n int, stream int)")
	a := broadcastFloat("a")
	signs := vec()
	VMOVUPD(splat(1<<63), signs)
	mapEach([]string{"x"},
		func(in []Op) VecVirtual { v := vec(); VMULPD(in[0], a, v); return v },
		func(in []Op) VecVirtual { v := vec(); VSQRTPD(in[0], v); return v },
		func(in []Op) VecVirtual { return signBit(func(v VecVirtual) { andNot(in[0], signs, v) }) },
		func(in []Op) VecVirtual { return signBit(func(v VecVirtual) { xor(in[0], signs, v) }) },
	)
}

func signBit(op func(v VecVirtual)) VecVirtual {
	v := vec()
	op(v)
	return v
}

// andNot writes a &^ b.
func andNot(a Op, b, dst VecVirtual) {
	if level.wide {
		VPANDNQ(a, b, dst)
	} else {
		VPANDN(a, b, dst)
	}
}

func fma() {
	routine("fma", "func(dst *float64, x *float64, y *float64, z *float64, n int, stream int)")
	mapEach([]string{"x", "y", "z"}, func(in []Op) VecVirtual {
		v, y := vec(), vec()
		VMOVUPD(in[0], v)
		VMOVUPD(in[1], y)
		VFMADD213PD(in[2], y, v)
		return v
	})
}

func axpy() {
	routine("axpy", "func(dst *float64, a float64, x *float64, y *float64, n int, stream int)")
	a := broadcastFloat("a")
	mapEach([]string{"x", "y"}, func(in []Op) VecVirtual {
		v := vec()
		VMOVUPD(in[0], v)
		VFMADD213PD(in[1], a, v)
		return v
	})
}
