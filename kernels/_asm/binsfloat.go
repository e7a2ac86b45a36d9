package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// countedAtOnce is how many cells are found before they are counted.
const countedAtOnce = 32

// countFloats finds the cells of values in vectors, puts them down, and counts those of the
// group before: nothing waits for what was just found. An estimate of a cell whose distance
// from the nearest edge is more than all roundings together is right; where one is not, all
// of its group are found by the edges, as Bins.index does.
func countFloats() {
	routine("countFloats", "func(t *uint32, x []float64, b *float64)",
		"adds 1, for each of a multiple of 8 values, to lane i%8 of a row of the table: row 0",
		"below the bins, Bins.index + 1 in them, one more above them, and one more for NaN.")
	c := &floatCounter{t: GP64()}
	Load(Param("t"), c.t)
	c.x, c.n = slice("x")
	c.b = newFloatBinner()
	c.rows = alignedLocal(2*4*countedAtOnce, level.bytes()/2)
	c.found = GP64()
	LEAQ(at(c.rows, 4*countedAtOnce), c.found)
	few := fresh("few")
	CMPQ(c.n, imm(countedAtOnce))
	JB(LabelRef(few))
	c.find(countedAtOnce)
	SUBQ(imm(countedAtOnce), c.n)
	while(c.n, countedAtOnce, func() {
		XCHGQ(c.rows, c.found)
		c.find(countedAtOnce)
		c.count(c.found, countedAtOnce)
	})
	c.count(c.rows, countedAtOnce)
	Label(few)
	while(c.n, 8, func() {
		c.find(8)
		c.count(c.rows, 8)
	})
	done()
	for _, emit := range c.mend {
		emit()
	}
}

// floatCounter is what countFloats works with.
type floatCounter struct {
	t, x, n, rows, found GPVirtual
	b                    *floatBinner
	mend                 []func() // where estimates are unsure
}

// find writes the rows of the next group of values, and goes on behind them.
func (c *floatCounter) find(group int) {
	near, found := fresh("near"), fresh("found")
	c.b.estimates(group, c.x, c.rows, near)
	Label(found)
	ADDQ(imm(bytesAnElem*group), c.x)
	c.mend = append(c.mend, func() {
		Label(near)
		for j := range group / level.lanes {
			storeRows(c.b.of(at(c.x, j*level.bytes())), at(c.rows, 4*level.lanes*j))
		}
		JMP(LabelRef(found))
	})
}

// count counts a group whose rows were written.
func (c *floatCounter) count(rows GPVirtual, group int) {
	for off := 0; off < group; off += 8 {
		countEight(c.t, at(rows, 4*off))
	}
}

// alignedLocal returns the address of n bytes on the stack.
func alignedLocal(n, alignment int) GPVirtual {
	p := GP64()
	LEAQ(AllocLocal(n+alignment), p)
	ADDQ(imm(alignment-1), p)
	ANDQ(imm(-alignment), p)
	return p
}

// floatBinner are the constants of countFloats: the fields of the Go type.
type floatBinner struct {
	p                             GPVirtual
	lo, perWidth, one, least, top VecVirtual
	magnitude, unsure             VecVirtual
}

// Fields of the Go type.
const (
	binLo = iota
	binHi
	binWidth
	binPerWidth
	binLast
	binAbove
	binNaN
	binTop
	binUnsure
)

func newFloatBinner() *floatBinner {
	b := &floatBinner{p: GP64()}
	Load(Param("b"), b.p)
	b.lo, b.perWidth, b.top, b.unsure = b.field(binLo), b.field(binPerWidth), b.field(binTop), b.field(binUnsure)
	b.one, b.least, b.magnitude = loaded(splatFloat(1)), loaded(splatFloat(0.5)), loaded(splat(1<<63-1))
	return b
}

// field returns a field in every lane.
func (b *floatBinner) field(i int) VecVirtual {
	v := vec()
	VBROADCASTSD(at(b.p, 8*i), v)
	return v
}

// estimates writes the rows of a group of values, and jumps if one of them may be another,
// or is NaN.
func (b *floatBinner) estimates(group int, x GPVirtual, rows GPVirtual, near string) {
	var any hits
	for j := range group / level.lanes {
		cell := vec()
		VMOVUPD(at(x, j*level.bytes()), cell)
		VSUBPD(b.lo, cell, cell)
		VFMADD213PD(b.one, b.perWidth, cell)
		VMAXPD(cell, b.least, cell) // the second source, which a NaN is taken from
		VMINPD(cell, b.top, cell)
		close := b.closeToWhole(cell)
		if j == 0 {
			any = close
		} else {
			any.or(close)
		}
		row := truncated(cell)
		VPSLLD(Imm(rowBits), row, row)
		VMOVDQU(row, at(rows, 4*level.lanes*j))
	}
	if level.wide {
		KORTESTB(any.k, any.k)
	} else {
		VTESTPD(any.v, any.v)
	}
	JNZ(LabelRef(near))
}

// closeToWhole says which lanes are unsure, or NaN.
func (b *floatBinner) closeToWhole(v VecVirtual) hits {
	away := vec()
	if level.wide {
		VRNDSCALEPD(Imm(toNearest), v, away)
	} else {
		VROUNDPD(Imm(toNearest), v, away)
	}
	VSUBPD(away, v, away)
	and(b.magnitude, away, away)
	w := when(notGreaterOrEqual, away, b.unsure)
	return hits{k: w.k, v: w.v}
}

// truncated returns the whole parts of numbers, 32 bits a lane.
func truncated(v VecVirtual) VecVirtual {
	out := half(vec())
	if level.wide {
		VCVTTPD2DQ(v, out)
	} else {
		VCVTTPD2DQY(v, out)
	}
	return out
}

// of returns the cells of one vector.
func (b *floatBinner) of(x Mem) VecVirtual {
	v, q, zero := vec(), vec(), vec()
	width, last := b.field(binWidth), b.field(binLast)
	VMOVUPD(x, v)
	clear(zero)
	VSUBPD(b.lo, v, q)
	VMULPD(b.perWidth, q, q)
	VMAXPD(zero, q, q) // NaN becomes 0
	VMINPD(last, q, q)
	if level.wide {
		VRNDSCALEPD(Imm(towardZero), q, q)
	} else {
		VROUNDPD(Imm(towardZero), q, q)
	}
	b.stepIf(when(less, v, b.edge(q, width)), q, VSUBPD)
	next := vec()
	VADDPD(b.one, q, next)
	b.stepIf(when(notLess, v, b.edge(next, width)), q, VADDPD)
	VMINPD(last, q, q) // the last bin is closed
	VADDPD(b.one, q, q)
	b.set(when(less, v, b.lo), zero, q)
	b.set(when(greater, v, b.field(binHi)), b.field(binAbove), q)
	b.set(when(unordered, v, v), b.field(binNaN), q)
	return truncated(q)
}

const (
	toNearest         = 0
	towardZero        = 3
	less              = 1
	notGreaterOrEqual = 9  // less, or true for NaN
	notLess           = 13 // greater or equal, false for NaN
	greater           = 14
)

// edge returns where the bins of q begin.
func (b *floatBinner) edge(q, width VecVirtual) VecVirtual {
	e := vec()
	VMULPD(width, q, e)
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
