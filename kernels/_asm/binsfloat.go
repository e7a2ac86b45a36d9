package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// binFloats writes the cell of each of a number of values, a multiple of the
// lanes: 0 below the bins, the bin + 1, one more above them, and one more for
// NaN. It estimates as Bins.index does, and mends the estimate by the edges,
// computed with the same roundings: no fused multiplication.
func binFloats() {
	routine("binFloats", "func(dst *uint32, x []float64, b *float64)",
		"writes, for each of a multiple of 8 values, where in a table the counts begin of",
		"cell 0 below the bins, Bins.index + 1 in them, one more above them, and one more",
		"for NaN.")
	dst := GP64()
	Load(Param("dst"), dst)
	x, n := slice("x")
	b := newFloatBinner()
	while(n, level.lanes, func() {
		storeRows(b.of(at(x, 0)), at(dst, 0))
		ADDQ(imm(level.bytes()), x)
		ADDQ(imm(4*level.lanes), dst)
	})
	done()
}

// floatBinner are the constants of binFloats: the fields of the Go type, and
// the cells of what is outside.
type floatBinner struct {
	p                    GPVirtual
	lo, width, last, one VecVirtual
}

func newFloatBinner() *floatBinner {
	b := &floatBinner{p: GP64()}
	Load(Param("b"), b.p)
	b.lo, b.width, b.last, b.one = b.field(0), b.field(2), b.field(4), vec()
	VMOVUPD(splatFloat(1), b.one)
	return b
}

// field returns a field in every lane.
func (b *floatBinner) field(i int) VecVirtual {
	v := vec()
	VBROADCASTSD(at(b.p, 8*i), v)
	return v
}

// of returns the cells of one vector.
func (b *floatBinner) of(x Mem) VecVirtual {
	v, q, zero := vec(), vec(), vec()
	VMOVUPD(x, v)
	clear(zero)
	VSUBPD(b.lo, v, q)
	VMULPD(b.field(3), q, q)
	VMAXPD(zero, q, q) // NaN becomes 0
	VMINPD(b.last, q, q)
	if level.wide {
		VRNDSCALEPD(Imm(towardZero), q, q)
	} else {
		VROUNDPD(Imm(towardZero), q, q)
	}
	b.stepIf(when(less, v, b.edge(q)), q, VSUBPD)
	next := vec()
	VADDPD(b.one, q, next)
	b.stepIf(when(notLess, v, b.edge(next)), q, VADDPD)
	VMINPD(b.last, q, q) // the last bin is closed
	VADDPD(b.one, q, q)
	b.set(when(less, v, b.lo), zero, q)
	b.set(when(greater, v, b.field(1)), b.field(5), q)
	b.set(when(unordered, v, v), b.field(6), q)
	out := half(vec())
	if level.wide {
		VCVTTPD2DQ(q, out)
	} else {
		VCVTTPD2DQY(q, out)
	}
	return out
}

const (
	towardZero = 3
	less       = 1
	notLess    = 13 // greater or equal, false for NaN
	greater    = 14
)

// edge returns where the bins of q begin.
func (b *floatBinner) edge(q VecVirtual) VecVirtual {
	e := vec()
	VMULPD(b.width, q, e)
	VADDPD(b.lo, e, e)
	return e
}

// lanesWhere are the lanes of which something is true.
type lanesWhere struct {
	k OpmaskVirtual
	v VecVirtual
}

// when compares a with b.
func when(predicate uint64, a, b VecVirtual) lanesWhere {
	if level.wide {
		k := K()
		VCMPPD(Imm(predicate), b, a, k)
		return lanesWhere{k: k}
	}
	v := vec()
	VCMPPD(Imm(predicate), b, a, v)
	return lanesWhere{v: v}
}

// stepIf adds or subtracts 1 in some lanes.
func (b *floatBinner) stepIf(w lanesWhere, q VecVirtual, op func(...Op)) {
	if level.wide {
		op(b.one, q, w.k, q)
		return
	}
	VANDPD(b.one, w.v, w.v)
	op(w.v, q, q)
}

// set writes v into some lanes of q.
func (b *floatBinner) set(w lanesWhere, v, q VecVirtual) {
	if level.wide {
		VMOVAPD(v, w.k, q)
	} else {
		VBLENDVPD(w.v, v, q, q)
	}
}
