package main

import (
	"cmp"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// loop is a pass over one or two slices of the same length.
type loop struct {
	n      Register
	in     []GPVirtual
	unroll int
	// body takes one vector of each slice: j numbers them within a run of the
	// unrolled loop. A mask that is not nil says which lanes are there.
	body  func(j int, in []Op, m *mask)
	fold  func()     // called after every foldEvery runs of the loop, may be nil
	pad   VecVirtual // what lanes past the end hold; zero if nil
	ahead Register   // bytes before their use that lines are asked for; nil leaves it to the processor
	far   bool       // there is a loop for long slices, which touches: see touch
	all   Register   // what is long then, where n is a piece of it; nil is n
	many  bool       // vectors are those of the unrolled loop
	touch bool
	pages bool // there is a loop for long slices on processors whose prefetchers stop at the end of a page, which fetches
	fetch bool
	words int // of each line that are touched, half of the lines at a time; 0 is as level has it
}

// emit writes the unrolled loop, one for single vectors, and the tail.
func (l *loop) emit() {
	l.many = true
	if l.far {
		l.ifLong("touchFrom", func() { l.touch = true; l.run(); l.touch = false })
	}
	if l.pages {
		l.ifLong("fetchFrom", func() { l.fetch = true; l.run(); l.fetch = false })
	}
	l.run()
	l.many = false
	while(l.n, level.lanes, func() { l.vector(0); l.advance(1) })
	unlessZero(l.n, func() {
		m := firstLanes(l.n)
		ops := make([]Op, len(l.in))
		for i, p := range l.in {
			if l.pad == nil {
				ops[i] = m.load(p)
			} else {
				ops[i] = m.loadOr(p, l.pad)
			}
		}
		l.body(0, ops, m)
	})
}

// ifLong emits what is done for slices of as many elements as a variable says.
func (l *loop) ifLong(from string, do func()) {
	near, all := fresh("near"), l.n
	if l.all != nil {
		all = l.all
	}
	CMPQ(all, NewDataAddr(Symbol{Name: "\u00b7" + from}, 0))
	JB(LabelRef(near))
	do()
	Label(near)
}

func (l *loop) run() {
	if l.fold == nil {
		tight(l.n, l.unroll*level.lanes, l.unrolled)
	} else {
		l.folding()
	}
}

func (l *loop) unrolled() {
	some := l.unroll
	if l.words > 0 {
		some /= 2
	}
	if l.ahead != nil {
		for _, p := range l.in {
			prefetch(p, l.ahead, l.unroll*level.bytes())
		}
	}
	if l.fetch {
		for _, p := range l.in {
			PREFETCHT0(at(p, page))
		}
	}
	for j := range l.unroll {
		if l.touch && j%some == 0 {
			l.touchNext(j, some)
		}
		l.vector(j)
	}
	l.advance(l.unroll)
}

func (l *loop) vector(j int) {
	ops := make([]Op, len(l.in))
	for i, p := range l.in {
		ops[i] = at(p, j*level.bytes())
	}
	l.body(j, ops, nil)
}

func (l *loop) advance(vectors int) {
	for _, p := range l.in {
		ADDQ(imm(vectors*level.bytes()), p)
	}
}

// folding emits the unrolled loop in stretches of at most foldEvery runs.
func (l *loop) folding() {
	step := l.unroll * level.lanes
	while(l.n, step, func() {
		stretch := GP64()
		most := GP64()
		MOVQ(l.n, stretch)
		MOVQ(I32(foldEvery*step), most)
		CMPQ(stretch, most)
		CMOVQGT(most, stretch)
		SUBQ(stretch, l.n)
		tight(stretch, step, l.unrolled)
		ADDQ(stretch, l.n)
		ADDQ(imm(step), l.n) // which the outer loop takes off
		l.fold()
	})
}

// totals are sums that are kept in several registers, and folded now and then.
type totals struct {
	parts []VecVirtual
	total VecVirtual
}

func newTotals(n int) *totals { return &totals{parts: vecs(n), total: vecs(1)[0]} }

func (t *totals) fold() {
	tree(t.parts, addFloat)
	addFloat(t.parts[0], t.total)
	for _, p := range t.parts {
		clear(p)
	}
}

// store returns the whole sum as a result of the routine.
func (t *totals) store(i int) {
	addFloat(t.parts[0], t.total)
	result(halves(t.total, addFloat), i)
}

// halfTotals are totals of half vectors: of the first half of each, and of the second.
type halfTotals struct{ low, high *totals }

func newHalfTotals(n int) *halfTotals {
	half := func() *totals {
		t := &totals{parts: make([]VecVirtual, n), total: YMM()}
		for i := range t.parts {
			t.parts[i] = YMM()
		}
		for _, r := range append(t.parts, t.total) {
			VXORPD(r, r, r)
		}
		return t
	}
	return &halfTotals{half(), half()}
}

func (t *halfTotals) fold() {
	t.low.fold()
	t.high.fold()
}

// store returns the whole sum, added up as totals does.
func (t *halfTotals) store(i int) {
	addFloat(t.low.parts[0], t.low.total)
	addFloat(t.high.parts[0], t.high.total)
	addFloat(t.high.total, t.low.total)
	x, low := XMM(), t.low.total.AsX().(VecVirtual)
	VEXTRACTF128(Imm(1), t.low.total, x)
	addFloat(x, low)
	VPERMILPD(Imm(1), low, x)
	addFloat(x, low)
	result(low, i)
}

// inHalves returns both halves of a vector.
func inHalves(in Op) (low, high Op) {
	if m, ok := in.(Mem); ok {
		return m, m.Offset(level.bytes() / 2)
	}
	y := YMM()
	VEXTRACTF64X4(Imm(1), in, y)
	return in.(VecVirtual).AsY(), y
}

// fetchAhead returns how far ahead to fetch, which depends on the processor.
func fetchAhead() Register {
	ahead := GP64()
	MOVQ(NewDataAddr(Symbol{Name: "\u00b7fetchAhead"}, 0), ahead)
	return ahead
}

// page is how far ahead one line is fetched in each run of a loop: Intel's prefetchers then
// begin with the next page before it is reached. It costs little where all of it is in the
// second cache.
const page = 4 << 10

// prefetch asks for the n bytes that lie ahead bytes after p, or at p itself if
// that is nil. Past the end of the memory it does nothing.
func prefetch(p, ahead Register, n int) {
	for off := 0; off < n; off += cacheLine {
		m := at(p, off)
		if ahead != nil {
			m.Index, m.Scale = ahead, 1
		}
		PREFETCHT0(m)
	}
}

// touchNext reads some words of each of the lines of the next vectors: two, or one where
// vectors are half a line. After three loads from a line, the prefetchers of AMD's Zen 4 begin
// with a page much sooner than after one.
func (l *loop) touchNext(from, vectors int) {
	words := cmp.Or(l.words, pick(2, 1))
	for _, p := range l.in {
		for off := from * level.bytes(); off < (from+vectors)*level.bytes(); off += cacheLine {
			for j := range words {
				MOVQ(at(p, off+j*bytesAnElem), GP64())
			}
		}
	}
}
