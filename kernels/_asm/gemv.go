package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const gemvDots = 4 // rows that are multiplied by a vector at once

// gemvDot writes the inner products of x and of rows. However many rows are
// taken at once, each has the same sums.
func gemvDot() {
	for _, rows := range []int{gemvDots, 1} {
		name := "gemvDot"
		if rows == 1 {
			name = "gemvDotOne"
		}
		routine(name, "func(dst *float64, a *float64, stride int, x []float64)", "equals gemvDotGo.")
		x, n := slice("x")
		stride := pointer("stride")
		SHLQ(Imm(3), stride)
		in := append([]GPVirtual{x}, rowsFrom(pointer("a"), stride, rows)...)
		const unroll = 2
		sums := make([][]VecVirtual, rows)
		for r := range sums {
			sums[r] = vecs(unroll)
		}
		l := loop{n: n, in: in, unroll: unroll}
		l.body = func(j int, in []Op, _ *mask) {
			v := vec()
			VMOVUPD(in[0], v)
			for r := range sums {
				VFMADD231PD(in[1+r], v, sums[r][j])
			}
		}
		l.emit()
		dst := pointer("dst")
		for r := range sums {
			tree(sums[r], addFloat)
			VMOVSD(halves(sums[r][0], addFloat), at(dst, bytesAnElem*r))
		}
		done()
	}
}

// rowsFrom returns where some rows begin.
func rowsFrom(first, stride GPVirtual, n int) []GPVirtual {
	rows := []GPVirtual{first}
	for len(rows) < n {
		p := GP64()
		MOVQ(rows[len(rows)-1], p)
		ADDQ(stride, p)
		rows = append(rows, p)
	}
	return rows
}

// gemvAdd adds multiples of rows, one after the other, to y. However many rows
// are taken at once, the sums are the same. AVX2 has no registers for more than 4.
func gemvAdd() {
	for _, rows := range []int{pick(8, 4), 1} {
		name := "gemvAdd"
		if rows == 1 {
			name = "gemvAddOne"
		}
		routine(name, "func(y []float64, a *float64, stride int, x *float64)", "equals gemvAddGo.")
		y, n := slice("y")
		x, stride := pointer("x"), pointer("stride")
		SHLQ(Imm(3), stride)
		in := rowsFrom(pointer("a"), stride, rows)
		factors := make([]VecVirtual, rows)
		for r := range factors {
			factors[r] = vec()
			VBROADCASTSD(at(x, bytesAnElem*r), factors[r])
		}
		l := loop{n: n, in: append([]GPVirtual{y}, in...), unroll: 2}
		l.body = func(j int, in []Op, m *mask) {
			v := vec()
			VMOVUPD(in[0], v)
			for r := range factors {
				VFMADD231PD(in[1+r], factors[r], v)
			}
			if m != nil {
				m.store(v, at(y, 0))
				return
			}
			VMOVUPD(v, at(y, j*level.bytes()))
		}
		l.emit()
		done()
	}
}
