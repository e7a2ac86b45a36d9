package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// groupFloats keeps, for each group, four cells of 64 bytes, and row i uses
// the one numbered i%4, as nearSums does. With d = x - shift a cell is
//
//	0  d added up | 8  d*d added up | 16 rows | 24 unused
//	32 min of x   | 40 min of -x    | 48 shift, twice
//
// A row takes 16 bytes at a time, on both levels alike. The extremes may lose
// a NaN, the sums do not.
const (
	floatCell     = 64
	floatGroup    = cells * floatCell
	floatGroupLog = 8
)

func groupFloats() {
	groupFloatsOf("", "float64", 8, func(from Mem, v VecVirtual) { VMOVDDUP(from, v) })
}

// groupFloatsNarrow does the same with elements of 4 bytes, as float64.
func groupFloatsNarrow() {
	groupFloatsOf("Float32", "float32", 4, func(from Mem, v VecVirtual) {
		VBROADCASTSS(from, v)
		VCVTPS2PD(v, v)
	})
	groupFloatsOf("Int32", "int32", 4, func(from Mem, v VecVirtual) {
		VPBROADCASTD(from, v)
		VCVTDQ2PD(v, v)
	})
}

// groupFloatsOf emits the routine for elements that twice loads as a pair of float64.
func groupFloatsOf(suffix, elem string, size int, twice func(from Mem, v VecVirtual)) {
	routine("groupFloats"+suffix, "func(sums *int64, groups int, codes []uint8, x []"+elem+", scratch *uint64)", "equals groupFloatsGo.")
	table := GP64()
	Load(Param("scratch"), table)
	ADDQ(Imm(63), table)
	ANDQ(I8(-64), table)
	fillFloatCells(table)
	codes, _ := slice("codes")
	x, n := slice("x")
	r := &floatRows{table, codes, x, size, twice, XMM(), XMM()}
	VMOVUPD(words(math.Float64bits(1), 0), r.one)
	VMOVUPD(words(0, 1<<63), r.sign)
	for _, unroll := range []int{8, 1} {
		while(n, unroll, func() {
			for i := range unroll {
				r.row(i)
			}
			ADDQ(imm(unroll), codes)
			ADDQ(imm(size*unroll), x)
		})
	}
	floatResults(table)
	done()
}

// Fields of groupSums, in the order of the Go type.
const (
	sumsN     = 0
	sumsShift = 8
	sumsS1    = 16
	sumsLo    = 32
	sumsSize  = 48
)

// fillFloatCells makes all cells empty, with the shifts that are in sums.
func fillFloatCells(table GPVirtual) {
	p, n, in := GP64(), GP64(), GP64()
	MOVQ(table, p)
	Load(Param("groups"), n)
	Load(Param("sums"), in)
	zero, none, shift := XMM(), XMM(), XMM()
	VPXOR(zero, zero, zero)
	inf := math.Float64bits(math.Inf(1))
	VMOVUPD(words(inf, inf), none)
	while(n, 1, func() {
		VMOVDDUP(at(in, sumsShift), shift)
		for c := range cells {
			VMOVUPD(zero, at(p, c*floatCell))
			VMOVUPD(zero, at(p, c*floatCell+16))
			VMOVUPD(none, at(p, c*floatCell+32))
			VMOVUPD(shift, at(p, c*floatCell+48))
		}
		ADDQ(imm(floatGroup), p)
		ADDQ(imm(sumsSize), in)
	})
}

type floatRows struct {
	table, codes, x GPVirtual
	size            int
	twice           func(from Mem, v VecVirtual)
	one, sign       VecVirtual // 1, 0; and 0, -0
}

// row adds row i.
func (r *floatRows) row(i int) {
	group, v, d, factor := GP64(), XMM(), XMM(), XMM()
	MOVBLZX(at(r.codes, i), group.As32())
	SHLQ(Imm(floatGroupLog), group)
	cell := func(off int) Mem {
		return Mem{Base: r.table, Index: group, Scale: 1, Disp: i%cells*floatCell + off}
	}
	r.twice(at(r.x, r.size*i), v)
	VSUBPD(cell(48), v, d)
	VBLENDPD(Imm(2), d, r.one, factor)
	VFMADD213PD(cell(0), d, factor)
	VMOVUPD(factor, cell(0))
	ADDQ(Imm(1), cell(16))
	VXORPD(r.sign, v, v)
	VMINPD(cell(32), v, v)
	VMOVUPD(v, cell(32))
}

// floatResults writes the sums of each group.
func floatResults(table GPVirtual) {
	n, out, rows := GP64(), GP64(), GP64()
	Load(Param("groups"), n)
	Load(Param("sums"), out)
	while(n, 1, func() {
		sums, extremes, sign := XMM(), XMM(), XMM()
		MOVQ(at(table, 16), rows)
		VMOVUPD(at(table, 0), sums)
		VMOVUPD(at(table, 32), extremes)
		for c := 1; c < cells; c++ {
			ADDQ(at(table, c*floatCell+16), rows)
			VADDPD(at(table, c*floatCell), sums, sums)
			VMINPD(at(table, c*floatCell+32), extremes, extremes)
		}
		VMOVUPD(words(0, 1<<63), sign)
		VXORPD(sign, extremes, extremes)
		MOVQ(rows, at(out, sumsN))
		VMOVUPD(sums, at(out, sumsS1))
		VMOVUPD(extremes, at(out, sumsLo))
		ADDQ(imm(floatGroup), table)
		ADDQ(imm(sumsSize), out)
	})
}
