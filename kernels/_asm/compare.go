package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// hits says in which lanes a comparison holds: in a mask register, or in the
// lanes of a vector that have all bits set.
type hits struct {
	k OpmaskVirtual
	v VecVirtual
}

// or adds the lanes of o.
func (h hits) or(o hits) {
	if level.wide {
		KORB(o.k, h.k, h.k)
	} else {
		VORPD(o.v, h.v, h.v)
	}
}

// toBits writes a bit a lane.
func (h hits) toBits(to GPVirtual) {
	if level.wide {
		KMOVB(h.k, to.As32())
	} else {
		VMOVMSKPD(h.v, to.As32())
	}
}

// count adds 1, which one has in every lane, to the lanes of acc that are hit.
func (h hits) count(acc, one VecVirtual) {
	if level.wide {
		VPADDQ(one, acc, h.k, acc)
	} else {
		VPSUBQ(h.v, acc, acc)
	}
}

// The comparisons of x with t, as predicates of the instruction with t first:
// ordered and quiet, but for not-equal, which holds for NaN.
var floatComparisons = map[string]uint64{"Less": 30, "LessEqual": 29, "Greater": 17, "GreaterEqual": 18, "Equal": 0, "NotEqual": 4}

// compareFloat compares the lanes of m: by the predicate, t on the left.
func compareFloat(predicate uint64, in Op, t VecVirtual, m *mask) hits {
	if !level.wide {
		h := hits{v: vec()}
		VCMPPD(Imm(predicate), in, t, h.v)
		m.keep(h.v)
		return h
	}
	h := hits{k: K()}
	if m == nil {
		VCMPPD(Imm(predicate), in, t, h.k)
	} else {
		VCMPPD(Imm(predicate), in, t, m.k, h.k)
	}
	return h
}

const (
	lessInt64 = iota
	greaterInt64
	equalInt
)

// compareInt compares the lanes of m: in < t, in > t or in == t.
func compareInt(how int, in Op, t VecVirtual, m *mask) hits {
	if level.wide {
		h := hits{k: K()}
		predicate := Imm([]uint64{lessInt64: 6, greaterInt64: 1, equalInt: 0}[how]) // t on the left
		if m == nil {
			VPCMPQ(predicate, in, t, h.k)
		} else {
			VPCMPQ(predicate, in, t, m.k, h.k)
		}
		return h
	}
	h := hits{v: vec()}
	switch how {
	case lessInt64:
		VPCMPGTQ(in, t, h.v)
	case greaterInt64:
		v := vec()
		VMOVUPD(in, v)
		VPCMPGTQ(t, v, h.v)
	default:
		VPCMPEQQ(in, t, h.v)
	}
	m.keep(h.v)
	return h
}

// inOrderOf the constants of the package.
var comparisonNames = []string{"Less", "LessEqual", "Greater", "GreaterEqual", "Equal", "NotEqual"}

func count() {
	routine("count", "func(x []float64, c int, t float64) int", "equals countGo, for all comparisons but NotEqual.")
	t := broadcastFloat("t")
	countEach(5, func(i int, in Op, m *mask) hits {
		return compareFloat(floatComparisons[comparisonNames[i]], in, t, m)
	})
}

func countInt() {
	routine("countInt64", "func(x []int64, c int, t int64) int", "equals countGo, for c 0 of Less, 1 of Greater and 2 of Equal.")
	t := vec()
	VPBROADCASTQ(address(Param("t")), t)
	countEach(3, func(i int, in Op, m *mask) hits { return compareInt(i, in, t, m) })
}

// countEach writes the loop of each comparison, and ends the routine.
func countEach(comparisons int, compare func(i int, in Op, m *mask) hits) {
	x, n := slice("x")
	acc, one := vecs(8), vec()
	VMOVUPD(splat(1), one)
	each(comparisons, func(i int) {
		l := loop{n: n, in: []GPVirtual{x}, unroll: len(acc), far: true, pages: true}
		l.body = func(j int, in []Op, m *mask) { compare(i, in[0], m).count(acc[j], one) }
		l.emit()
	})
	tree(acc, addInt)
	result(halves(acc[0], addInt), 0)
	done()
}

// each emits a body for each value of parameter c, and jumps to the one that
// is asked for.
func each(values int, body func(i int)) {
	end := fresh("done")
	choose(values, func(i int) {
		body(i)
		if i < values-1 {
			JMP(LabelRef(end))
		}
	})
	Label(end)
}

// choose is each for bodies that end the routine.
func choose(values int, body func(i int)) {
	c := word("c")
	for i := range values - 1 {
		next := fresh("case")
		CMPQ(c, imm(i))
		JNE(LabelRef(next))
		body(i)
		Label(next)
	}
	body(values - 1)
}

func compareBits() {
	routine("compare", "func(dst *uint64, x []float64, c int, t float64)", "equals compareGo; it writes the bytes of dst that x has bits for.")
	t := broadcastFloat("t")
	bitsEach(6, func(i int, in Op, m *mask) hits {
		return compareFloat(floatComparisons[comparisonNames[i]], in, t, m)
	})
}

func compareBitsInt() {
	routine("compareInt64", "func(dst *uint64, x []int64, c int, t int64)",
		"equals compareGo, for c 0 of Less, 1 of Greater and 2 of Equal; it writes the bytes of", "dst that x has bits for.")
	t := vec()
	VPBROADCASTQ(address(Param("t")), t)
	bitsEach(3, func(i int, in Op, m *mask) hits { return compareInt(i, in, t, m) })
}

// bitsEach writes the loop of each comparison, and ends the routine.
func bitsEach(comparisons int, compare func(i int, in Op, m *mask) hits) {
	x, n := slice("x")
	dst := GP64()
	Load(Param("dst"), dst)
	each(comparisons, func(i int) {
		b := &bitLoop{dst, x, func(in Op, m *mask) hits { return compare(i, in, m) }}
		while(n, 64, func() { b.bytes(8) })
		while(n, 8, func() { b.bytes(1) })
		unlessZero(n, func() { b.tail(n) })
	})
	done()
}

// bitLoop writes a byte for 8 elements.
type bitLoop struct {
	dst, x  GPVirtual
	compare func(in Op, m *mask) hits
}

func (b *bitLoop) bytes(n int) {
	for j := range n {
		low := b.compare(at(b.x, 64*j), nil)
		if level.wide {
			KMOVB(low.k, at(b.dst, j))
			continue
		}
		b.pair(low, b.compare(at(b.x, 64*j+32), nil), j)
	}
	ADDQ(imm(64*n), b.x)
	ADDQ(imm(n), b.dst)
}

// pair writes the byte of two vectors of four.
func (b *bitLoop) pair(low, high hits, j int) {
	bits, more := GP64(), GP64()
	low.toBits(bits)
	high.toBits(more)
	SHLL(Imm(4), more.As32())
	ORL(more.As32(), bits.As32())
	MOVB(bits.As8(), at(b.dst, j))
}

// tail writes the byte of less than 8 elements.
func (b *bitLoop) tail(n GPVirtual) {
	if level.wide {
		m := firstLanes(n)
		KMOVB(b.compare(m.load(b.x), m).k, at(b.dst, 0))
		return
	}
	few, end := fresh("few"), fresh("end")
	CMPQ(n, imm(4))
	JB(LabelRef(few))
	low := b.compare(at(b.x, 0), nil)
	SUBQ(imm(4), n)
	m := firstLanes(n)
	b.pair(low, b.compare(m.load(b.past(32)), m), 0)
	JMP(LabelRef(end))
	Label(few)
	m = firstLanes(n)
	bits := GP64()
	b.compare(m.load(b.x), m).toBits(bits)
	MOVB(bits.As8(), at(b.dst, 0))
	Label(end)
}

// past moves x on.
func (b *bitLoop) past(bytes int) GPVirtual {
	ADDQ(imm(bytes), b.x)
	return b.x
}
