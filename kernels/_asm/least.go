package main

import (
	"math"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// extreme is one of the four searches for a best element.
type extreme struct {
	name, signature string
	worst           uint64 // what any element is at least as good as
	take            func(from, into VecVirtual)
	better          func(a, than VecVirtual, no string) // jumps if no lane of a is
	float           bool
}

const (
	bestFloat = "func(x []float64) (best float64, piece int, nan uint64)"
	bestInt   = "func(x []int64) (best int64, piece int, nan uint64)"
	bestPiece = 2048 // elements: pieceSize of the package

	lessThan  = 17 // ordered and quiet
	equalTo   = 0
	unordered = 3
)

func least() {
	(&extreme{"least", bestFloat, math.Float64bits(math.Inf(1)), func(from, into VecVirtual) { VMINPD(into, from, into) },
		func(a, than VecVirtual, no string) { unlessAnyFloat(lessThan, a, than, no) }, true}).emit()
}

func greatest() {
	(&extreme{"greatest", bestFloat, math.Float64bits(math.Inf(-1)), func(from, into VecVirtual) { VMAXPD(into, from, into) },
		func(a, than VecVirtual, no string) { unlessAnyFloat(lessThan, than, a, no) }, true}).emit()
}

func leastInt() {
	(&extreme{"leastInt64", bestInt, math.MaxInt64, minInt,
		func(a, than VecVirtual, no string) { unlessAnyGreater(than, a, no) }, false}).emit()
}

func greatestInt() {
	(&extreme{"greatestInt64", bestInt, 1 << 63, maxInt,
		func(a, than VecVirtual, no string) { unlessAnyGreater(a, than, no) }, false}).emit()
}

// emit keeps running extremes in unroll vectors. After each piece it looks
// whether they beat the best so far, which most pieces do not: no piece waits
// for the result of the one before.
func (e *extreme) emit() {
	routine(e.name, e.signature, "equals "+strings.TrimSuffix(e.name, "Int64")+"Go.")
	x, n := slice("x")
	start, from, at := GP64(), GP64(), GP64()
	MOVQ(x, start)
	MOVQ(x, at)
	best := vec()
	VMOVUPD(splat(e.worst), best)
	const unroll = 8
	parts := copies(best, unroll)
	nan := watchNaNs(e.float)
	end := fresh("all")
	all, left, more := GP64(), GP64(), fresh("piece")
	MOVQ(n, all)
	Label(more)
	TESTQ(n, n)
	JZ(LabelRef(end))
	MOVQ(x, from)
	e.cut(n, left)
	e.pass(left, all, x, parts, best)
	e.compare(parts, best, from, at)
	JMP(LabelRef(more))
	Label(end)
	result(best.AsX(), 0)
	SUBQ(start, at)
	SHRQ(Imm(3), at)
	Store(at, ReturnIndex(1))
	Store(nan.seen(), ReturnIndex(2))
	done()
}

// cut takes the elements of one piece off n.
func (e *extreme) cut(n, left Register) {
	most := GP64()
	MOVQ(n, left)
	MOVQ(I32(bestPiece), most)
	CMPQ(left, most)
	CMOVQGT(most, left)
	SUBQ(left, n)
}

// pass takes all of a piece into the parts; all is what it is a piece of.
func (e *extreme) pass(n, all Register, x GPVirtual, parts []VecVirtual, pad VecVirtual) {
	l := loop{n: n, in: []GPVirtual{x}, unroll: len(parts), pad: pad, far: true, pages: true, all: all}
	l.body = func(j int, in []Op, _ *mask) {
		v := vec()
		VMOVUPD(in[0], v)
		e.take(v, parts[j])
	}
	l.emit()
}

// compare folds the parts, and notes the piece that begins at from if they got
// better than best.
func (e *extreme) compare(parts []VecVirtual, best VecVirtual, from, at Register) {
	same := fresh("same")
	tree(parts, e.take)
	e.better(parts[0], best, same)
	whole := vec()
	VMOVAPD(parts[0], whole)
	VBROADCASTSD(halves(whole, e.take), best)
	MOVQ(from, at)
	Label(same)
}

// unlessAnyFloat jumps if the comparison of a with b holds in no lane.
func unlessAnyFloat(predicate uint64, a, b VecVirtual, no string) {
	if level.wide {
		k := K()
		VCMPPD(Imm(predicate), b, a, k)
		KORTESTB(k, k)
	} else {
		t, bits := vec(), GP32()
		VCMPPD(Imm(predicate), b, a, t)
		VMOVMSKPD(t, bits)
		TESTL(bits, bits)
	}
	JZ(LabelRef(no))
}

// unlessAnyGreater jumps if no lane of a is greater than that of b.
func unlessAnyGreater(a, b VecVirtual, no string) {
	if level.wide {
		k := K()
		VPCMPGTQ(b, a, k)
		KORTESTB(k, k)
	} else {
		t, bits := vec(), GP32()
		VPCMPGTQ(b, a, t)
		VMOVMSKPD(t, bits)
		TESTL(bits, bits)
	}
	JZ(LabelRef(no))
}
