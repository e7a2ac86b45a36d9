package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// A selection moves the chosen lanes of each vector to its front, stores the
// whole vector and moves dst on by their number: what the other lanes leave
// behind is written over by the next. A store of the chosen lanes alone
// (VPCOMPRESSQ to memory) is many times slower on some processors.
type selection struct {
	dst, x GPVirtual
	from   func(j int) Op // vector j of the run, which is not changed
	fronts GPVirtual      // AVX2: the order of a vector for each four bits
}

const runUnroll = 4 // vectors that are ordered before they are stored

func newSelection(x GPVirtual) *selection {
	s := &selection{dst: GP64(), x: x}
	Load(Param("dst"), s.dst)
	s.from = func(j int) Op { return at(s.x, j*level.bytes()) }
	if !level.wide {
		s.fronts = GP64()
		LEAQ(frontOrders(), s.fronts)
	}
	return s
}

// frontOrders returns, for each set of four lanes, the order as eight dwords
// that has those of the set first.
func frontOrders() Mem {
	var all []uint64
	for set := range 16 {
		var order []uint64
		for _, want := range []int{1, 0} {
			for lane := range 4 {
				if set>>lane&1 == want {
					order = append(order, uint64(2*lane+1)<<32|uint64(2*lane))
				}
			}
		}
		all = append(all, order...)
	}
	return words(all...)
}

// chosen are the lanes of one vector, in front, and their number.
type chosen struct {
	v VecVirtual
	n GPVirtual
}

// front orders a vector by the low bits of a register.
func (s *selection) front(in Op, bits GPVirtual, k OpmaskVirtual) chosen {
	c := chosen{vec(), GP64()}
	if level.wide {
		VMOVUPD(in, c.v)
		VCOMPRESSPD_Z(c.v, k, c.v)
		POPCNTL(bits.As32(), c.n.As32())
		return c
	}
	POPCNTL(bits.As32(), c.n.As32())
	SHLQ(Imm(5), bits)
	VMOVDQU(Mem{Base: s.fronts, Index: bits, Scale: 1}, c.v)
	VPERMD(in, c.v, c.v)
	return c
}

func (s *selection) store(all []chosen) {
	for _, c := range all {
		VMOVUPD(c.v, at(s.dst, 0))
		LEAQ(Mem{Base: s.dst, Index: c.n, Scale: 8}, s.dst)
	}
}

// lanesOf takes the bits of the next vector from a word.
func (s *selection) lanesOf(word GPVirtual) (bits GPVirtual, k OpmaskVirtual) {
	bits = GP64()
	if level.wide {
		k = K()
		KMOVB(word.As32(), k)
		MOVBLZX(word.As8(), bits.As32())
	} else {
		MOVL(word.As32(), bits.As32())
		ANDL(Imm(15), bits.As32())
	}
	SHRQ(Imm(uint64(level.lanes)), word)
	return bits, k
}

// taken stores how many elements were written.
func (s *selection) taken() {
	start := GP64()
	Load(Param("dst"), start)
	SUBQ(start, s.dst)
	SHRQ(Imm(3), s.dst)
	Store(s.dst, ReturnIndex(0))
	done()
}

// bitRuns are words of 64 bits out of a mask that begins anywhere in a word.
type bitRuns struct{ mask, next, right, left GPVirtual }

func newBitRuns() *bitRuns {
	b := &bitRuns{GP64(), GP64(), GP64(), GP64()}
	Load(Param("mask"), b.mask)
	Load(Param("shift"), b.right)
	// Without a shift the next word is not looked at: it may not be there.
	XORL(b.next.As32(), b.next.As32())
	eight := GP64()
	MOVL(U32(8), eight.As32())
	TESTQ(b.right, b.right)
	CMOVQNE(eight, b.next)
	MOVQ(b.right, b.left)
	NEGQ(b.left)
	return b
}

func (b *bitRuns) word() GPVirtual {
	low, high := GP64(), GP64()
	SHRXQ(b.right, at(b.mask, 0), low)
	SHLXQ(b.left, Mem{Base: b.mask, Index: b.next, Scale: 1}, high)
	ORQ(high, low)
	ADDQ(Imm(8), b.mask)
	return low
}

// byBits emits the loop over n elements, a multiple of 64.
func (s *selection) byBits(n GPVirtual, advance func()) {
	runs := newBitRuns()
	while(n, 64, func() {
		word := runs.word()
		for first := 0; first < 64/level.lanes; first += runUnroll {
			var all []chosen
			for j := range runUnroll {
				bits, k := s.lanesOf(word)
				all = append(all, s.front(s.from(first+j), bits, k))
			}
			s.store(all)
		}
		advance()
	})
}

func compress() {
	routine("compress", "func(dst *uint64, x []uint64, mask *uint64, shift int) int",
		"equals compressGo for a multiple of 64 elements; it may write as many words as x has.")
	x, n := slice("x")
	s := newSelection(x)
	s.byBits(n, func() { ADDQ(imm(64*bytesAnElem), x) })
	s.taken()
}

func places() {
	routine("places", "func(dst *int64, first int, n int, mask *uint64, shift int) int",
		"equals placesGo for a multiple of 64 bits; it may write n numbers.")
	n := GP64()
	Load(Param("n"), n)
	s := newSelection(nil)
	at := placeNumbers()
	step := vec()
	VPBROADCASTQ(words(uint64(level.lanes)), step)
	s.from = func(int) Op {
		v := vec()
		VMOVUPD(at, v)
		VPADDQ(step, at, at)
		return v
	}
	s.byBits(n, func() {})
	s.taken()
}

// placeNumbers returns the numbers of the lanes, counted from parameter first.
func placeNumbers() VecVirtual {
	at := vec()
	VPBROADCASTQ(address(Param("first")), at)
	lanes := make([]uint64, level.lanes)
	for i := range lanes {
		lanes[i] = uint64(i)
	}
	VPADDQ(words(lanes...), at, at)
	return at
}

func filterFloat() {
	routine("filter", "func(dst *float64, x []float64, c int, t float64) int",
		"equals filterGo for a multiple of 8 elements; it may write as many as x has.")
	x, n := slice("x")
	t := broadcastFloat("t")
	newSelection(x).byComparison(n, 6, func(i int, in Op) hits {
		return compareFloat(floatComparisons[comparisonNames[i]], in, t, nil)
	})
}

func filterInt() {
	routine("filterInt64", "func(dst *int64, x []int64, c int, t int64) int",
		"equals filterGo for a multiple of 8 elements; it may write as many as x has.")
	x, n := slice("x")
	t := vec()
	VPBROADCASTQ(address(Param("t")), t)
	newSelection(x).byComparison(n, 6, func(i int, in Op) hits { return compareIntAll(i, in, t) })
}

// compareIntAll has all six comparisons, of which compareInt has three.
func compareIntAll(i int, in Op, t VecVirtual) hits {
	if level.wide {
		h := hits{k: K()}
		VPCMPQ(Imm([]uint64{6, 5, 1, 2, 0, 4}[i]), in, t, h.k) // t on the left
		return h
	}
	h := compareInt([]int{lessInt64, greaterInt64, greaterInt64, lessInt64, equalInt, equalInt}[i], in, t, nil)
	if i&1 == 1 { // the opposite of another
		ones := vec()
		VPCMPEQD(ones, ones, ones)
		VPXOR(ones, h.v, h.v)
	}
	return h
}

// byComparison emits the loop of each comparison over n elements, a multiple
// of 8, and ends the routine.
func (s *selection) byComparison(n GPVirtual, comparisons int, compare func(i int, in Op) hits) {
	each(comparisons, func(i int) {
		for _, vectors := range []int{2 * runUnroll, pick(1, 2)} {
			while(n, vectors*level.lanes, func() {
				for first := 0; first < vectors; first += runUnroll {
					s.compared(first, min(runUnroll, vectors), func(in Op) hits { return compare(i, in) })
				}
				ADDQ(imm(vectors*level.bytes()), s.x)
			})
		}
	})
	s.taken()
}

func (s *selection) compared(first, vectors int, compare func(in Op) hits) {
	var all []chosen
	for j := range vectors {
		in := at(s.x, (first+j)*level.bytes())
		h, bits := compare(in), GP64()
		h.toBits(bits)
		all = append(all, s.front(in, bits, h.k))
	}
	s.store(all)
}
