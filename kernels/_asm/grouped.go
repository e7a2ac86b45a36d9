package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// nearSums keeps, for each group, four cells of 32 bytes, and row i uses the
// one numbered i%4: a row of the same group as the one before then need not
// wait for its store. With d = x - ref, below 2^24 in magnitude, a cell is
//
//	64 bits: d added up + 2^44 * rows | 64 bits: d*d added up
//	64 bits: min of d, in the low 32  | 64 bits: max of d, in the low 32
//
// A stretch of rows that are all of one group is summed in vectors instead.
const (
	cells     = 4
	cellSize  = 32
	groupBits = 7 // log2 of cells * cellSize
	rowsUnit  = 1 << 44
)

type nearGroups struct {
	table, codes, x GPVirtual
	bias            VecVirtual    // 2^44 - ref, -ref, -ref, -ref
	square, lo, hi  OpmaskVirtual // lanes 1; 2; 3 (AVX-512)
}

func nearSums() {
	routine("nearSums", "func(sums *int64, groups int, codes []uint8, x []int64, ref int64, scratch *uint64)")
	g := &nearGroups{table: GP64()}
	Load(Param("scratch"), g.table)
	ADDQ(Imm(63), g.table)
	ANDQ(I8(-64), g.table)
	g.clear()
	g.codes, _ = slice("codes")
	x, n := slice("x")
	g.x = x
	g.bias = YMM()
	ref := GP64()
	Load(Param("ref"), ref)
	NEGQ(ref)
	VMOVQ(ref, g.bias.AsX())
	VPBROADCASTQ(g.bias.AsX(), g.bias)
	VPADDQ(words(rowsUnit, 0, 0, 0), g.bias, g.bias)
	g.masks()
	stretch := newStretch(g)
	while(n, stretch.rows, func() {
		mixed, next := fresh("mixed"), fresh("next")
		stretch.unlessUniform(mixed)
		stretch.sum()
		JMP(LabelRef(next))
		Label(mixed)
		g.rows(stretch.rows)
		Label(next)
		g.advance(stretch.rows)
	})
	while(n, 1, func() {
		g.row(0)
		g.advance(1)
	})
	g.results()
	done()
}

// clear makes all cells of the groups empty.
func (g *nearGroups) clear() {
	p, n, empty := GP64(), GP64(), YMM()
	MOVQ(g.table, p)
	Load(Param("groups"), n)
	VMOVDQU(words(0, 0, math.MaxInt32, 1<<31), empty)
	while(n, 1, func() {
		for c := range cells {
			VMOVDQU(empty, at(p, c*cellSize))
		}
		ADDQ(imm(cells*cellSize), p)
	})
}

// masks sets the masks of 64-bit lane 1 and of the 32-bit lanes of 2 and 3.
func (g *nearGroups) masks() {
	if !level.wide {
		return
	}
	g.square, g.lo, g.hi = K(), K(), K()
	set := func(k OpmaskVirtual, bits uint32) {
		r := GP32()
		MOVL(U32(bits), r)
		KMOVW(r, k)
	}
	set(g.square, 1<<1)
	set(g.lo, 3<<4)
	set(g.hi, 3<<6)
}

func (g *nearGroups) advance(rows int) {
	ADDQ(imm(rows), g.codes)
	ADDQ(imm(rows*8), g.x)
}

// rows adds a number of rows, a multiple of four, one by one.
func (g *nearGroups) rows(n int) {
	left, codes, x := GP64(), GP64(), GP64()
	MOVQ(I32(n), left)
	MOVQ(g.codes, codes)
	MOVQ(g.x, x)
	at := *g
	at.codes, at.x = codes, x
	while(left, 8, func() {
		for i := range 8 {
			at.row(i)
		}
		at.advance(8)
	})
}

// row adds row i.
func (g *nearGroups) row(i int) {
	group, d, acc := GP64(), YMM(), YMM()
	MOVBLZX(at(g.codes, i), group.As32())
	SHLQ(Imm(groupBits), group)
	cell := Mem{Base: g.table, Index: group, Scale: 1, Disp: i % cells * cellSize}
	VPBROADCASTQ(at(g.x, 8*i), d)
	VPADDQ(g.bias, d, d)
	if level.wide {
		VPMULDQ(d, d, g.square, d)
	} else {
		square := YMM()
		VPMULDQ(d, d, square)
		VPBLENDD(Imm(0x0c), square, d, d)
	}
	VMOVDQU(cell, acc)
	g.merge(d, acc)
	VMOVDQU(d, cell)
}

// merge makes v what its cell and another are together.
func (g *nearGroups) merge(v, acc VecVirtual) {
	sum := YMM()
	VPADDQ(acc, v, sum)
	if level.wide {
		VPMINSD(acc, v, g.lo, sum)
		VPMAXSD(acc, v, g.hi, sum)
		VMOVDQU(sum, v)
		return
	}
	lo := YMM()
	VPMINSD(acc, v, lo)
	VPMAXSD(acc, v, v)
	VPBLENDD(Imm(0x30), lo, v, v)
	VPBLENDD(Imm(0x0f), sum, v, v)
}

// results writes the sums of each group: n, s1, s2, lo, hi.
func (g *nearGroups) results() {
	n, out := GP64(), GP64()
	Load(Param("groups"), n)
	Load(Param("sums"), out)
	while(n, 1, func() {
		v, acc := YMM(), YMM()
		VMOVDQU(at(g.table, 0), v)
		for c := 1; c < cells; c++ {
			VMOVDQU(at(g.table, c*cellSize), acc)
			g.merge(v, acc)
		}
		VMOVDQU(v, at(g.table, 0))
		packed, rows, high := GP64(), GP64(), GP64()
		MOVQ(at(g.table, 0), packed)
		MOVQ(U64(rowsUnit/2), rows)
		ADDQ(packed, rows)
		SARQ(Imm(44), rows)
		MOVQ(rows, at(out, 0))
		SHLQ(Imm(44), rows)
		SUBQ(rows, packed)
		MOVQ(packed, at(out, 8))
		MOVQ(at(g.table, 8), high)
		MOVQ(high, at(out, 16))
		for i := range 2 {
			MOVLQSX(at(g.table, 16+8*i), high)
			MOVQ(high, at(out, 24+8*i))
		}
		ADDQ(Imm(40), out)
		ADDQ(imm(cells*cellSize), g.table)
	})
}
