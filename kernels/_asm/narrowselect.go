package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// dwordSelection is a selection of elements of 4 bytes.
type dwordSelection struct {
	dst, x GPVirtual
	fronts GPVirtual // AVX2: the order of a vector for each eight bits
}

func newDwordSelection(x GPVirtual) *dwordSelection {
	s := &dwordSelection{dst: GP64(), x: x}
	Load(Param("dst"), s.dst)
	if !level.wide {
		s.fronts = GP64()
		LEAQ(dwordFronts(), s.fronts)
	}
	return s
}

// dwordFronts returns, for each set of eight lanes, the order as eight bytes that
// has those of the set first.
func dwordFronts() Mem {
	var all []uint64
	for set := range 256 {
		order, place := uint64(0), 0
		for _, want := range []int{1, 0} {
			for lane := range 8 {
				if set>>lane&1 == want {
					order |= uint64(lane) << (8 * place)
					place++
				}
			}
		}
		all = append(all, order)
	}
	return words(all...)
}

// front orders a vector by the low bits of a register.
func (s *dwordSelection) front(in Op, bits GPVirtual, k OpmaskVirtual) chosen {
	c := chosen{vec(), GP64()}
	POPCNTL(bits.As32(), c.n.As32())
	if level.wide {
		VMOVUPS(in, c.v)
		VCOMPRESSPS_Z(c.v, k, c.v)
		return c
	}
	VPMOVZXBD(Mem{Base: s.fronts, Index: bits, Scale: 8}, c.v)
	VPERMD(in, c.v, c.v)
	return c
}

func (s *dwordSelection) store(all []chosen) {
	for _, c := range all {
		VMOVUPS(c.v, at(s.dst, 0))
		LEAQ(Mem{Base: s.dst, Index: c.n, Scale: 4}, s.dst)
	}
}

// taken stores how many elements were written.
func (s *dwordSelection) taken() {
	start := GP64()
	Load(Param("dst"), start)
	SUBQ(start, s.dst)
	SHRQ(Imm(2), s.dst)
	Store(s.dst, ReturnIndex(0))
	done()
}

// lanesOf takes the bits of the next vector from a word.
func (s *dwordSelection) lanesOf(word GPVirtual) (bits GPVirtual, k OpmaskVirtual) {
	bits = GP64()
	if level.wide {
		k = K()
		KMOVW(word.As32(), k)
		MOVWLZX(word.As16(), bits.As32())
	} else {
		MOVBLZX(word.As8(), bits.As32())
	}
	SHRQ(Imm(uint64(level.lanes)), word)
	return bits, k
}

func compressNarrow() {
	routine("compressDwords", "func(dst *uint32, x []uint32, mask *uint64, shift int) int",
		"equals compressGo for a multiple of 64 elements; it may write as many as x has.")
	x, n := slice("x")
	s := newDwordSelection(x)
	runs := newBitRuns()
	while(n, 64, func() {
		word := runs.word()
		for first := 0; first < 64/level.lanes; first += runUnroll {
			var all []chosen
			for j := range runUnroll {
				bits, k := s.lanesOf(word)
				all = append(all, s.front(at(x, (first+j)*level.bytes()), bits, k))
			}
			s.store(all)
		}
		ADDQ(imm(64*level.elem), x)
	})
	s.taken()
}

func filterNarrow() {
	for _, t := range narrowTypes {
		routine("filter"+t.suffix, "func(dst *"+t.elem+", x []"+t.elem+", c int, t "+t.elem+") int",
			"equals filterGo for a multiple of 64 elements; it may write as many as x has.")
		x, n := slice("x")
		with, s := broadcastDword("t"), newDwordSelection(x)
		each(6, func(c int) {
			while(n, runUnroll*level.lanes, func() {
				var all []chosen
				for j := range runUnroll {
					in, bits := at(x, j*level.bytes()), GP64()
					f := t.compare(c, in, with, nil)
					f.toBits(bits)
					all = append(all, s.front(in, bits, f.k))
				}
				s.store(all)
				ADDQ(imm(runUnroll*level.bytes()), x)
			})
		})
		s.taken()
	}
}

// takeNarrow gathers half a vector by a whole one of indices: see take.
func takeNarrow() {
	routine("takeDwords", "func(dst *uint32, x []uint32, idx []int64) int",
		"equals takeGo for a multiple of 8 indices, but leaves out all of the vector in which one is", "out of bounds.")
	x, n := slice("x")
	idx, left := slice("idx")
	dst, total, limit := GP64(), GP64(), broadcastInt(n)
	Load(Param("dst"), dst)
	MOVQ(left, total)
	bad := fresh("bad")
	while(left, level.lanes, func() {
		places, v := vec(), level.part()
		VMOVUPD(at(idx, 0), places)
		gatherDwords(x, places, limit, v, bad)
		VMOVUPS(v, at(dst, 0))
		ADDQ(imm(8*level.lanes), idx)
		ADDQ(imm(level.bytes()), dst)
	})
	Label(bad)
	SUBQ(left, total)
	Store(total, ReturnIndex(0))
	done()
}

// gatherDwords jumps if an index is negative or not below the limit.
func gatherDwords(x GPVirtual, idx, limit, v VecVirtual, bad string) {
	from := Mem{Base: x, Index: idx, Scale: 4}
	if level.wide {
		k := K()
		VPCMPUQ(Imm(6), idx, limit, k) // limit > idx
		KORTESTB(k, k)
		JAE(LabelRef(bad)) // no carry: not all bits are set
		VGATHERQPS(from, k, v)
		return
	}
	below, bits, all := vec(), GP32(), XMM()
	VPCMPGTQ(idx, limit, below)
	VPANDN(below, idx, below) // and not negative
	VMOVMSKPD(below, bits)
	CMPL(bits, Imm(15))
	JNE(LabelRef(bad))
	VPCMPEQD(all, all, all)
	VGATHERQPS(all, from, v)
}
