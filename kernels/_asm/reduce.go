package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func sum() {
	routine("sum", "func(x []float64) float64")
	x, n := slice("x")
	t := newTotals(8)
	l := loop{n: n, in: []GPVirtual{x}, unroll: 8, fold: t.fold, far: true}
	l.body = func(j int, in []Op, _ *mask) { VADDPD(in[0], t.parts[j], t.parts[j]) }
	l.emit()
	t.store(0)
	done()
}

// sumHalves is sum with vectors of half the size, twice as many: the same additions. Where
// vectors pass in two halves it waits for less, and touches less.
func sumHalves() {
	if !level.wide {
		return
	}
	routine("sumHalves", "func(x []float64) float64", "equals sumAVX512 to the bit.")
	x, n := slice("x")
	t := newHalfTotals(8)
	l := loop{n: n, in: []GPVirtual{x}, unroll: 8, fold: t.fold, far: true, words: 1}
	l.body = func(j int, in []Op, _ *mask) {
		low, high := inHalves(in[0])
		VADDPD(low, t.low.parts[j], t.low.parts[j])
		VADDPD(high, t.high.parts[j], t.high.parts[j])
	}
	l.emit()
	t.store(0)
	done()
}

func dot() {
	routine("dot", "func(x []float64, y []float64) float64")
	x, n := slice("x")
	y, _ := slice("y")
	t := newTotals(8)
	l := loop{n: n, in: []GPVirtual{x, y}, unroll: 8, fold: t.fold, far: true}
	l.body = func(j int, in []Op, _ *mask) {
		v := vec()
		VMOVUPD(in[0], v)
		VFMADD231PD(in[1], v, t.parts[j])
	}
	l.emit()
	t.store(0)
	done()
}

// sumInt adds up the values and, apart, their upper 16 bits: see widen. Products of words
// pick these out: with 1, and of the others with 0.
func sumInt() {
	sumUpper("sumInt64", pick(8, 4), func(v, upper, sum VecVirtual) {
		products := vec()
		VPMADDWD(upper, v, products)
		VPADDD(products, sum, sum)
	})
}

// sumWords is sumInt by one instruction of AVX512_VNNI that multiplies and adds.
func sumWords() {
	if level.wide {
		sumUpper("sumWords", 8, func(v, upper, sum VecVirtual) { VPDPWSSD(v, upper, sum) })
	}
}

func sumUpper(name string, unroll int, add func(v, upper, sum VecVirtual)) {
	routine(name, "func(x []int64) (low uint64, high int64)", "returns the sum of all x and that of all x>>48, of up to 2^16 values.")
	x, n := slice("x")
	upper := factor(1 << 48)
	low, high := vecs(unroll), vecs(unroll)
	l := loop{n: n, in: []GPVirtual{x}, unroll: unroll, far: true, words: pick(2, 1)}
	l.body = func(j int, in []Op, _ *mask) {
		v := loaded(in[0])
		VPADDQ(v, low[j], low[j])
		add(v, upper, high[j])
	}
	l.emit()
	tree(low, addInt)
	tree(high, addDword) // in the upper halves: the lower ones are 0
	result(halves(low[0], addInt), 0)
	h := GP64()
	VMOVQ(halves(high[0], addDword), h)
	SARQ(Imm(32), h)
	Store(h, Return("high"))
	done()
}

func shifted() {
	routine("shifted", "func(x []float64, shift float64) (s1 float64, s2 float64)")
	x, n := slice("x")
	shift := negated(broadcastFloat("shift"))
	unroll := pick(8, 4)
	s1, s2 := newTotals(unroll), newTotals(unroll)
	l := loop{n: n, in: []GPVirtual{x}, unroll: unroll, far: true, pages: true}
	l.fold = func() { s1.fold(); s2.fold() }
	l.body = func(j int, in []Op, m *mask) {
		d := vec()
		VADDPD(in[0], shift, d)
		m.keep(d)
		VADDPD(d, s1.parts[j], s1.parts[j])
		VFMADD231PD(d, d, s2.parts[j])
	}
	l.emit()
	s1.store(0)
	s2.store(1)
	done()
}

func negated(v VecVirtual) VecVirtual {
	xor(splat(1<<63), v, v)
	return v
}

const fiveSums = " (x1 float64, y1 float64, xx float64, yy float64, xy float64)"

func coShifted() {
	routine("coShifted", "func(x []float64, y []float64, shiftX float64, shiftY float64)"+fiveSums)
	shiftX, shiftY := negated(broadcastFloat("shiftX")), negated(broadcastFloat("shiftY"))
	coSums(func(x, y Op, dx, dy VecVirtual) {
		VADDPD(x, shiftX, dx)
		VADDPD(y, shiftY, dy)
	})
}

// coShiftedInt converts differences to float64: AVX2 by the integer 2^52+2^51
// whose bits a float64 has, right between -2^51 and 2^51.
func coShiftedInt() {
	routine("coShiftedInt64", "func(x []int64, y []int64, shiftX int64, shiftY int64)"+fiveSums)
	shiftX, shiftY := lessInt("shiftX"), lessInt("shiftY")
	if level.wide {
		coSums(func(x, y Op, dx, dy VecVirtual) {
			VPADDQ(x, shiftX, dx)
			VPADDQ(y, shiftY, dy)
			VCVTQQ2PD(dx, dx)
			VCVTQQ2PD(dy, dy)
		})
		return
	}
	VPADDQ(splatFloat(magic), shiftX, shiftX)
	VPADDQ(splatFloat(magic), shiftY, shiftY)
	coSums(func(x, y Op, dx, dy VecVirtual) {
		VPADDQ(x, shiftX, dx)
		VPADDQ(y, shiftY, dy)
		VSUBPD(splatFloat(magic), dx, dx)
		VSUBPD(splatFloat(magic), dy, dy)
	})
}

// magic is 2^52 + 2^51: adding it rounds a float64 to an integer.
const magic = 1.5 * (1 << 52)

// lessInt returns minus a parameter in every lane.
func lessInt(param string) VecVirtual {
	r := GP64()
	Load(Param(param), r)
	NEGQ(r)
	return broadcastInt(r)
}

// coSums sums pairs that diff has put into dx and dy, and ends the routine.
func coSums(diff func(x, y Op, dx, dy VecVirtual)) {
	x, n := slice("x")
	y, _ := slice("y")
	unroll := pick(4, 2)
	var s [5][]VecVirtual
	for i := range s {
		s[i] = vecs(unroll)
	}
	l := loop{n: n, in: []GPVirtual{x, y}, unroll: unroll, ahead: fetchAhead()}
	l.body = func(j int, in []Op, m *mask) {
		dx, dy := vec(), vec()
		diff(in[0], in[1], dx, dy)
		m.keep(dx)
		m.keep(dy)
		VADDPD(dx, s[0][j], s[0][j])
		VADDPD(dy, s[1][j], s[1][j])
		VFMADD231PD(dx, dx, s[2][j])
		VFMADD231PD(dy, dy, s[3][j])
		VFMADD231PD(dx, dy, s[4][j])
	}
	l.emit()
	for i := range s {
		tree(s[i], addFloat)
		result(halves(s[i][0], addFloat), i)
	}
	done()
}

// nearBits ORs the distances of the values from a number.
func nearBits() {
	routine("nearBits", "func(x []int64, from int64) uint64")
	x, n := slice("x")
	from := lessInt("from")
	acc := vecs(4)
	l := loop{n: n, in: []GPVirtual{x}, unroll: 4}
	l.body = func(j int, in []Op, m *mask) {
		d := vec()
		VPADDQ(in[0], from, d)
		m.keep(d)
		or(d, acc[j], acc[j])
	}
	l.emit()
	orInto := func(from, into VecVirtual) { VORPD(from, into, into) }
	tree(acc, orInto)
	result(halves(acc[0], orInto), 0)
	done()
}
