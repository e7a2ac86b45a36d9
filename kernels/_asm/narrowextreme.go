package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// minMaxNarrow is minMax: integers know no NaN.
func minMaxNarrow() {
	for _, t := range narrowTypes {
		routine("minMax"+t.suffix, "func(x []"+t.elem+") (lo "+t.elem+", hi "+t.elem+")", "equals minMaxGo.")
		x, n := slice("x")
		first := vec()
		VPBROADCASTD(at(x, 0), first)
		unroll := pick(8, 4)
		lo, hi := copies(first, unroll), copies(first, unroll)
		nan := watchNaNs(t.float)
		l := loop{n: n, in: []GPVirtual{x}, unroll: unroll, pad: first}
		l.body = func(j int, in []Op, _ *mask) {
			v := loaded(in[0])
			t.min(v, lo[j], lo[j])
			t.max(v, hi[j], hi[j])
		}
		l.emit()
		tree(lo, t.least)
		tree(hi, t.greatest)
		low, high := quarters(lo[0], t.least), quarters(hi[0], t.greatest)
		nan.spread(low, high)
		resultDword(low, 0)
		resultDword(high, 1)
		done()
	}
}

// least and greatest keep what is in into if there is a NaN: the second source.
func (t *numbers) least(from, into VecVirtual)    { t.min(into, from, into) }
func (t *numbers) greatest(from, into VecVirtual) { t.max(into, from, into) }

// dwordExtreme is extreme for elements of 4 bytes.
type dwordExtreme struct {
	*numbers
	name   string
	worst  uint32
	take   func(from, into VecVirtual)
	better int // the comparison, with the best so far on the left
}

func extremesNarrow() {
	for _, t := range narrowTypes {
		most, least := uint32(math.MaxInt32), uint32(1<<31)
		if t.float {
			most, least = math.Float32bits(float32(math.Inf(1))), math.Float32bits(float32(math.Inf(-1)))
		}
		(&dwordExtreme{t, "least", most, t.least, 0}).emit()
		(&dwordExtreme{t, "greatest", least, t.greatest, 2}).emit()
	}
}

// emit is that of extreme.
func (e *dwordExtreme) emit() {
	routine(e.name+e.suffix, "func(x []"+e.elem+") (best "+e.elem+", piece int, nan uint64)", "equals "+e.name+"Go.")
	x, n := slice("x")
	start, from, at := GP64(), GP64(), GP64()
	MOVQ(x, start)
	MOVQ(x, at)
	best := vec()
	VMOVUPS(splatDword(e.worst), best)
	const unroll = 8
	parts, nan := copies(best, unroll), watchNaNs(e.float)
	end, all, left, more := fresh("all"), GP64(), GP64(), fresh("piece")
	MOVQ(n, all)
	Label(more)
	TESTQ(n, n)
	JZ(LabelRef(end))
	MOVQ(x, from)
	(&extreme{}).cut(n, left)
	l := loop{n: left, in: []GPVirtual{x}, unroll: unroll, pad: best, far: true, pages: true, all: all}
	l.body = func(j int, in []Op, _ *mask) { e.take(loaded(in[0]), parts[j]) }
	l.emit()
	e.keep(parts, best, from, at)
	JMP(LabelRef(more))
	Label(end)
	resultDword(best.AsX(), 0)
	SUBQ(start, at)
	SHRQ(Imm(2), at)
	Store(at, ReturnIndex(1))
	Store(nan.seen(), ReturnIndex(2))
	done()
}

// keep folds the parts, and notes the piece that begins at from if they got
// better than best.
func (e *dwordExtreme) keep(parts []VecVirtual, best VecVirtual, from, at Register) {
	same, bits := fresh("same"), GP64()
	tree(parts, e.take)
	e.compare(e.better, parts[0], best, nil).toBits(bits)
	TESTQ(bits, bits)
	JZ(LabelRef(same))
	whole := vec()
	VMOVAPS(parts[0], whole)
	VBROADCASTSS(quarters(whole, e.take), best)
	MOVQ(from, at)
	Label(same)
}
