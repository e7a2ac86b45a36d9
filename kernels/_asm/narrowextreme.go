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
		nan := t.nans(unroll / 2)
		l := loop{n: n, in: []GPVirtual{x}, unroll: unroll, pad: first}
		l.body = nan.watched(&l, func(j int, v VecVirtual) {
			t.min(v, lo[j], lo[j])
			t.max(v, hi[j], hi[j])
		})
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

// dwordNaNs are nans of elements of 4 bytes; nil sees nothing.
type dwordNaNs nans

func (t *numbers) nans(n int) *dwordNaNs {
	if !t.float {
		return nil
	}
	s := &dwordNaNs{}
	if !level.wide {
		s.v = vecs(1)
		return s
	}
	for range n {
		k := K()
		KXNORW(k, k, k)
		s.k = append(s.k, k)
	}
	return s
}

// watched returns the body of a loop that looks at each pair of vectors of the
// unrolled loop for NaN, and at single ones.
func (s *dwordNaNs) watched(l *loop, body func(j int, v VecVirtual)) func(j int, in []Op, m *mask) {
	var previous VecVirtual
	return func(j int, in []Op, _ *mask) {
		v := loaded(in[0])
		body(j, v)
		switch {
		case s == nil:
		case !l.many:
			s.see(0, v, v)
		case j%2 == 1:
			s.see(j/2, previous, v)
		}
		previous = v
	}
}

func (s *dwordNaNs) see(i int, a, b VecVirtual) {
	if level.wide {
		VCMPPS(Imm(ordered), a, b, s.k[i], s.k[i])
		return
	}
	t := vec()
	VCMPPS(Imm(unordered), a, b, t)
	VORPS(t, s.v[0], s.v[0])
}

// spread makes both numbers NaN if one was seen.
func (s *dwordNaNs) spread(lo, hi Register) {
	if s == nil {
		return
	}
	none, seen := fresh("ordered"), s.seen()
	TESTQ(seen, seen)
	JZ(LabelRef(none))
	VPCMPEQD(lo, lo, lo)
	VPCMPEQD(hi, hi, hi)
	Label(none)
}

// seen returns a number that is 0 if none was.
func (s *dwordNaNs) seen() GPVirtual {
	seen := GP64()
	if s == nil {
		XORL(seen.As32(), seen.As32())
		return seen
	}
	if !level.wide {
		VMOVMSKPS(s.v[0], seen.As32())
		return seen
	}
	for _, k := range s.k[1:] {
		KANDW(k, s.k[0], s.k[0])
	}
	KMOVW(s.k[0], seen.As32())
	XORL(U32(0xffff), seen.As32())
	return seen
}

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
	parts, nan := copies(best, unroll), e.nans(unroll/2)
	end, all, left, more := fresh("all"), GP64(), GP64(), fresh("piece")
	MOVQ(n, all)
	Label(more)
	TESTQ(n, n)
	JZ(LabelRef(end))
	MOVQ(x, from)
	(&extreme{}).cut(n, left)
	l := loop{n: left, in: []GPVirtual{x}, unroll: unroll, pad: best, far: true, all: all}
	l.body = nan.watched(&l, func(j int, v VecVirtual) { e.take(v, parts[j]) })
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
