package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// stretch is the part of nearSums for rows that are all of one group: as many
// as a vector has bytes.
type stretch struct {
	*nearGroups
	rows int
	ref  VecVirtual // -ref in every lane
}

func newStretch(g *nearGroups) *stretch {
	return &stretch{nearGroups: g, rows: level.bytes(), ref: lessInt("ref")}
}

// unlessUniform jumps if the codes are not all the same.
func (s *stretch) unlessUniform(mixed string) {
	first := vec()
	VPBROADCASTB(at(s.codes, 0), first)
	if level.wide {
		k := K()
		VPCMPEQB(at(s.codes, 0), first, k)
		KORTESTQ(k, k)
		JAE(LabelRef(mixed)) // no carry: not all bits are set
		return
	}
	equal := GP32()
	VPCMPEQB(at(s.codes, 0), first, first)
	VPMOVMSKB(first, equal)
	CMPL(equal, I8(-1))
	JNE(LabelRef(mixed))
}

// sum adds all rows to the first cell of their group.
func (s *stretch) sum() {
	d, square := vec(), vec()
	s1, s2, lo, hi := vec(), vec(), vec(), vec()
	for j := range s.rows / level.lanes {
		to1, to2 := d, square
		if j == 0 {
			to1, to2 = s1, s2
		}
		VPADDQ(at(s.x, j*level.bytes()), s.ref, to1)
		VPMULDQ(to1, to1, to2)
		if j == 0 {
			VMOVUPD(s1, lo)
			VMOVUPD(s1, hi)
			continue
		}
		VPADDQ(d, s1, s1)
		VPADDQ(square, s2, s2)
		VPMINSD(d, lo, lo)
		VPMAXSD(d, hi, hi)
	}
	s.toCell(s1, s2, lo, hi)
}

// toCell folds the four vectors into one cell.
func (s *stretch) toCell(s1, s2, lo, hi VecVirtual) {
	sums, extremes := pairSum(s1, s2), pairExtremes(lo, hi)
	v, acc, group := YMM(), YMM(), GP64()
	VPADDQ(words(uint64(s.rows)*rowsUnit, 0), sums, sums)
	VINSERTF128(Imm(1), extremes, sums.AsY(), v)
	MOVBLZX(at(s.codes, 0), group.As32())
	SHLQ(Imm(groupBits), group)
	cell := Mem{Base: s.table, Index: group, Scale: 1}
	VMOVDQU(cell, acc)
	s.merge(v, acc)
	VMOVDQU(v, cell)
}

// pairSum returns the sum of all lanes of a, and that of b.
func pairSum(a, b VecVirtual) VecVirtual {
	even := like(a)
	VUNPCKLPD(b, a, even)
	VUNPCKHPD(b, a, a)
	VPADDQ(even, a, a)
	return lanePair(a, addInt)
}

// pairExtremes returns the least 32-bit number in the low halves of lo, and
// the largest in those of hi, each in 64 bits.
func pairExtremes(lo, hi VecVirtual) VecVirtual {
	// Max is min of the complement.
	ones, even := like(lo), like(lo)
	if level.wide {
		VPTERNLOGD(Imm(0xff), ones, ones, ones)
	} else {
		VPCMPEQD(ones, ones, ones)
	}
	xor(ones, hi, hi)
	VUNPCKLPD(hi, lo, even)
	VUNPCKHPD(hi, lo, lo)
	minDword := func(from, into VecVirtual) { VPMINSD(from, into, into) }
	minDword(even, lo)
	x := lanePair(lo, minDword)
	VPXOR(words(0, 1<<64-1), x, x)
	return x
}
