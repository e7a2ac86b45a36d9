package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// A tile of a product has a row for each lane and this many vectors of columns:
// 24 or 12 registers of sums, and 3 for the columns of the right factor.
const tileVectors = 3

// gemmTile keeps the sums of a tile in registers.
func gemmTile() {
	routine("gemmTile", "func(k int, a *float64, b *float64, c *float64, stride int, rows int, cols int, alpha float64, beta float64, keep int)")
	t := tile{sums: make([][]VecVirtual, tileVectors)}
	for v := range t.sums {
		t.sums[v] = vecs(level.lanes)
	}
	t.c, t.stride, t.cols = pointer("c"), pointer("stride"), pointer("cols")
	SHLQ(Imm(3), t.stride)
	t.multiply()
	t.scale()
	keep, over := GP64(), fresh("over")
	t.rows = pointer("rows")
	Load(Param("keep"), keep)
	TESTQ(keep, keep)
	JZ(LabelRef(over))
	t.write(true)
	Label(over)
	t.write(false)
}

// pointer loads a parameter of one word.
func pointer(name string) GPVirtual {
	r := GP64()
	Load(Param(name), r)
	return r
}

type tile struct {
	sums       [][]VecVirtual // by vector of columns, by row
	c, stride  GPVirtual      // stride in bytes
	rows, cols GPVirtual
}

// multiply adds the products of the two panels, without the vectors of columns that the
// tile has not: their sums stay 0.
func (t *tile) multiply() {
	k, a, b := pointer("k"), pointer("a"), pointer("b")
	end := fresh("multiplied")
	for n := 1; n < tileVectors; n++ {
		more := fresh("wider")
		CMPQ(t.cols, imm(n*level.lanes))
		JA(LabelRef(more))
		t.steps(k, a, b, n)
		JMP(LabelRef(end))
		Label(more)
	}
	t.steps(k, a, b, tileVectors)
	Label(end)
}

const (
	tileUnroll = 4
	tileFetch  = 8    // steps in which a row of the result is asked for
	tileAhead  = 2048 // bytes of the left panel, which comes from the third cache
)

// steps asks for the lines of the result while it begins, a row at a time: all at once would
// keep the panels waiting. What it asks for behind the panel or the matrix does nothing.
func (t *tile) steps(k, a, b GPVirtual, vectors int) {
	step := func(n int) {
		for i := range n {
			t.step(a, b, i, vectors)
		}
		ADDQ(imm(n*level.bytes()), a)
		ADDQ(imm(n*tileVectors*level.bytes()), b)
	}
	p, rows := GP64(), GP64()
	MOVQ(t.c, p)
	MOVQ(I32(int32(level.lanes*tileFetch)), rows)
	CMPQ(rows, k)
	CMOVQGT(k, rows)
	SUBQ(rows, k)
	while(rows, tileFetch, func() {
		for off := 0; off < vectors*level.bytes(); off += cacheLine {
			PREFETCHT0(at(p, off))
		}
		ADDQ(t.stride, p)
		step(tileFetch)
	})
	ADDQ(rows, k)
	while(k, tileUnroll, func() { step(tileUnroll) })
	while(k, 1, func() { step(1) })
}

// step adds the products of column i of the left panel and row i of the right one.
func (t *tile) step(a, b Register, i, vectors int) {
	columns := make([]VecVirtual, vectors)
	for v := range columns {
		columns[v] = vec()
		VMOVUPD(at(b, (i*tileVectors+v)*level.bytes()), columns[v])
	}
	if i*level.bytes()%cacheLine == 0 {
		PREFETCHT0(at(a, i*level.bytes()+tileAhead))
	}
	one := vec()
	for r := range level.lanes {
		VBROADCASTSD(at(a, i*level.bytes()+bytesAnElem*r), one)
		for v := range columns {
			VFMADD231PD(one, columns[v], t.sums[v][r])
		}
	}
}

// scale multiplies the sums by alpha, unless it is 1.
func (t *tile) scale() {
	factor, one, end := GP64(), GP64(), fresh("scaled")
	MOVQ(address(Param("alpha")), factor)
	MOVQ(U64(math.Float64bits(1)), one)
	CMPQ(factor, one)
	JE(LabelRef(end))
	alpha := broadcastFloat("alpha")
	for _, column := range t.sums {
		for _, sum := range column {
			VMULPD(alpha, sum, sum)
		}
	}
	Label(end)
}

// write puts the tile into the matrix, added to beta times what is there if
// asked to, and ends the routine.
func (t *tile) write(add bool) {
	part := fresh("part")
	CMPQ(t.cols, imm(tileVectors*level.lanes))
	JB(LabelRef(part))
	t.whole(add)
	Label(part)
	t.part(add)
}

func (t *tile) whole(add bool) {
	var beta VecVirtual
	if add {
		beta = broadcastFloat("beta")
	}
	end := fresh("end")
	for r := range level.lanes {
		for v := range t.sums {
			m := at(t.c, v*level.bytes())
			if add {
				VFMADD231PD(m, beta, t.sums[v][r])
			}
			VMOVUPD(t.sums[v][r], m)
		}
		t.next(t.c, r, end)
	}
	Label(end)
	done()
}

// next goes to the row after number r, or to end if there is none.
func (t *tile) next(p Register, r int, end string) {
	if r == level.lanes-1 {
		return
	}
	CMPQ(t.rows, imm(r+1))
	JBE(LabelRef(end))
	ADDQ(t.stride, p)
}

// part writes fewer columns than a tile has, vector by vector.
func (t *tile) part(add bool) {
	var beta VecVirtual
	if add {
		beta = broadcastFloat("beta")
	}
	all := fresh("all")
	for v := range t.sums {
		CMPQ(t.cols, imm(v*level.lanes))
		JBE(LabelRef(all))
		m, end, p := someLanes(t.cols, v*level.lanes), fresh("end"), GP64()
		LEAQ(at(t.c, v*level.bytes()), p)
		for r, sum := range t.sums[v] {
			if add {
				VFMADD231PD(m.load(p), beta, sum)
			}
			m.store(sum, at(p, 0))
			t.next(p, r, end)
		}
		Label(end)
	}
	Label(all)
	done()
}

// someLanes returns the mask of the lanes of a vector whose first lane has a
// number that is less than n.
func someLanes(n Register, first int) *mask {
	left := GP64()
	LEAQ(at(n, -first), left)
	if level.wide {
		return firstLanes(left)
	}
	const all = 1<<64 - 1
	window, most := words(all, all, all, all, 0, 0, 0, 0), GP64()
	MOVQ(I32(int32(level.lanes)), most)
	CMPQ(left, most)
	CMOVQGT(most, left)
	CMPQ(left, imm(0))
	MOVQ(I32(0), most)
	CMOVQLT(most, left)
	p, m := GP64(), YMM()
	LEAQ(window.Offset(bytesAnElem*level.lanes), p)
	NEGQ(left)
	VMOVDQU(Mem{Base: p, Index: left, Scale: 8}, m)
	return &mask{vec: m}
}
