package main

import (
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
	t.c, t.stride = pointer("c"), pointer("stride")
	SHLQ(Imm(3), t.stride)
	t.fetch()
	t.multiply()
	t.scale()
	keep, over := GP64(), fresh("over")
	t.rows, t.cols = pointer("rows"), pointer("cols")
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

// fetch asks for the lines of the tile before they are needed. It may ask
// for what lies behind the matrix, which does nothing.
func (t *tile) fetch() {
	p := GP64()
	MOVQ(t.c, p)
	for range level.lanes {
		for off := 0; off < tileVectors*level.bytes(); off += cacheLine {
			PREFETCHT0(at(p, off))
		}
		ADDQ(t.stride, p)
	}
}

const tileUnroll = 4

// multiply adds the products of the two panels.
func (t *tile) multiply() {
	k, a, b := pointer("k"), pointer("a"), pointer("b")
	step := func(n int) {
		for i := range n {
			t.step(a, b, i)
		}
		ADDQ(imm(n*level.bytes()), a)
		ADDQ(imm(n*tileVectors*level.bytes()), b)
	}
	while(k, tileUnroll, func() { step(tileUnroll) })
	while(k, 1, func() { step(1) })
}

// step adds the products of column i of the left panel and row i of the right one.
func (t *tile) step(a, b Register, i int) {
	const ahead = 8 // rows; the right panel comes from the second cache
	columns := make([]VecVirtual, tileVectors)
	for v := range columns {
		columns[v] = vec()
		VMOVUPD(at(b, (i*tileVectors+v)*level.bytes()), columns[v])
	}
	for off := 0; off < tileVectors*level.bytes(); off += cacheLine {
		PREFETCHT0(at(b, (i+ahead)*tileVectors*level.bytes()+off))
	}
	one := vec()
	for r := range level.lanes {
		VBROADCASTSD(at(a, i*level.bytes()+bytesAnElem*r), one)
		for v := range columns {
			VFMADD231PD(one, columns[v], t.sums[v][r])
		}
	}
}

// scale multiplies the sums by alpha.
func (t *tile) scale() {
	alpha := broadcastFloat("alpha")
	for _, column := range t.sums {
		for _, sum := range column {
			VMULPD(alpha, sum, sum)
		}
	}
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
