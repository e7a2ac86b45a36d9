package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// widen returns elements of 4 bytes as float64.
func (t *numbers) widen(in Op) VecVirtual {
	v := vec()
	if t.float {
		VCVTPS2PD(in, v)
	} else {
		VCVTDQ2PD(in, v)
	}
	return v
}

// addWidened adds v to a sum by a product with one, which rounds as an addition
// does. Some processors convert and add in the same two pipes and multiply in others.
func addWidened(v, one, into VecVirtual) { VFMADD231PD(one, v, into) }

// ones returns 1 in every lane.
func ones() VecVirtual {
	v := vec()
	VBROADCASTSD(words(math.Float64bits(1)), v)
	return v
}

func sumFloat32() {
	routine("sumFloat32", "func(x []float32) float64")
	x, n := slice("x")
	one, t := ones(), newTotals(8)
	l := loop{n: n, in: []GPVirtual{x}, unroll: 8, fold: t.fold}
	l.body = func(j int, in []Op, _ *mask) { addWidened(float32s.widen(in[0]), one, t.parts[j]) }
	l.emit()
	t.store(0)
	done()
}

func dotFloat32() {
	routine("dotFloat32", "func(x []float32, y []float32) float64")
	x, n := slice("x")
	y, _ := slice("y")
	t := newTotals(8)
	l := loop{n: n, in: []GPVirtual{x, y}, unroll: 8, fold: t.fold}
	l.body = func(j int, in []Op, _ *mask) {
		VFMADD231PD(float32s.widen(in[0]), float32s.widen(in[1]), t.parts[j])
	}
	l.emit()
	t.store(0)
	done()
}

// sumInt32 adds up the values and, apart, their high halves: see fromHalves of the package.
func sumInt32() {
	routine("sumInt32", "func(x []int32) (low uint32, high int32)",
		"returns the sums of the elements, of which there are at most 2^16, and of their upper halves.")
	x, n := slice("x")
	low, high := vecs(4), vecs(4)
	l := loop{n: n, in: []GPVirtual{x}, unroll: 4}
	l.body = func(j int, in []Op, _ *mask) {
		v := loaded(in[0])
		addDword(v, low[j])
		VPSRAD(Imm(16), v, v)
		addDword(v, high[j])
	}
	l.emit()
	tree(low, addDword)
	tree(high, addDword)
	resultDword(quarters(low[0], addDword), 0)
	resultDword(quarters(high[0], addDword), 1)
	done()
}

// dotInt32 multiplies the elements with even and with odd places apart.
func dotInt32() {
	routine("dotInt32", "func(x []int32, y []int32) int64")
	x, n := slice("x")
	y, _ := slice("y")
	acc := vecs(8)
	l := loop{n: n, in: []GPVirtual{x, y}, unroll: 4}
	l.body = func(j int, in []Op, _ *mask) {
		a, b, product := loaded(in[0]), loaded(in[1]), vec()
		VPMULDQ(a, b, product)
		addInt(product, acc[j])
		VPSRLQ(Imm(32), a, a)
		VPSRLQ(Imm(32), b, b)
		VPMULDQ(a, b, product)
		addInt(product, acc[4+j])
	}
	l.emit()
	tree(acc, addInt)
	result(halves(acc[0], addInt), 0)
	done()
}

// sumAbsFloat32 is sumAbs of elements that are widened.
func sumAbsFloat32() {
	routine("sumAbsFloat32", "func(x []float32) float64")
	x, n := slice("x")
	signs, one, t := vec(), ones(), newTotals(8)
	VMOVUPD(splat(1<<63), signs)
	l := loop{n: n, in: []GPVirtual{x}, unroll: 8, fold: t.fold}
	l.body = func(j int, in []Op, _ *mask) {
		v := float32s.widen(in[0])
		andNot(v, signs, v)
		addWidened(v, one, t.parts[j])
	}
	l.emit()
	t.store(0)
	done()
}

// shiftedNarrow is shifted of elements that are widened.
func shiftedNarrow() {
	for _, t := range narrowTypes {
		routine("shifted"+t.suffix, "func(x []"+t.elem+", shift float64) (s1 float64, s2 float64)", "equals shiftedNarrowGo.")
		shift := negated(broadcastFloat("shift"))
		shiftedSums(func(in Op) VecVirtual {
			d := t.widen(in)
			VADDPD(shift, d, d)
			return d
		})
	}
}

// coShiftedNarrow is coShifted of elements that are widened.
func coShiftedNarrow() {
	for _, t := range narrowTypes {
		routine("coShifted"+t.suffix, "func(x []"+t.elem+", y []"+t.elem+", shiftX float64, shiftY float64)"+fiveSums, "equals coShiftedGo.")
		shiftX, shiftY := negated(broadcastFloat("shiftX")), negated(broadcastFloat("shiftY"))
		coSums(func(x, y Op, dx, dy VecVirtual) {
			VADDPD(t.widen(x), shiftX, dx)
			VADDPD(t.widen(y), shiftY, dy)
		})
	}
}

// shiftedSums sums deviations and their squares, and ends the routine.
func shiftedSums(deviation func(in Op) VecVirtual) {
	x, n := slice("x")
	unroll := pick(8, 4)
	one, s1, s2 := ones(), newTotals(unroll), newTotals(unroll)
	l := loop{n: n, in: []GPVirtual{x}, unroll: unroll}
	l.fold = func() { s1.fold(); s2.fold() }
	l.body = func(j int, in []Op, m *mask) {
		d := deviation(in[0])
		m.keep(d)
		addWidened(d, one, s1.parts[j])
		VFMADD231PD(d, d, s2.parts[j])
	}
	l.emit()
	s1.store(0)
	s2.store(1)
	done()
}

// shiftedInt converts differences as coShiftedInt does.
func shiftedInt() {
	routine("shiftedInt64", "func(x []int64, shift int64) (s1 float64, s2 float64)")
	shift := lessInt("shift")
	if level.wide {
		shiftedSums(func(in Op) VecVirtual {
			d := vec()
			VPADDQ(in, shift, d)
			VCVTQQ2PD(d, d)
			return d
		})
		return
	}
	VPADDQ(splatFloat(magic), shift, shift)
	shiftedSums(func(in Op) VecVirtual {
		d := vec()
		VPADDQ(in, shift, d)
		VSUBPD(splatFloat(magic), d, d)
		return d
	})
}

func dotInt() {
	routine("dotInt64", "func(x []int64, y []int64) int64")
	x, n := slice("x")
	y, _ := slice("y")
	acc := vecs(4)
	l := loop{n: n, in: []GPVirtual{x, y}, unroll: 4}
	l.body = func(j int, in []Op, _ *mask) { addInt(mulInt(in), acc[j]) }
	l.emit()
	tree(acc, addInt)
	result(halves(acc[0], addInt), 0)
	done()
}

// convert widens elements, or rounds float64 to float32: a multiple of 8.
func convert() {
	for _, t := range narrowTypes {
		wide := map[bool]string{true: "float64", false: "int64"}[t.float]
		routine("widen"+t.suffix, "func(dst *"+wide+", x []"+t.elem+")", "equals widenGo for a multiple of 8 elements.")
		x, n := slice("x")
		dst := GP64()
		Load(Param("dst"), dst)
		while(n, 8, func() {
			for j := range 8 / level.lanes {
				v, in := vec(), at(x, j*level.bytes())
				if t.float {
					VCVTPS2PD(in, v)
				} else {
					VPMOVSXDQ(in, v)
				}
				VMOVUPD(v, at(dst, 2*j*level.bytes()))
			}
			ADDQ(imm(32), x)
			ADDQ(imm(64), dst)
		})
		done()
	}
	routine("roundFloat32", "func(dst *float32, x []float64)", "equals roundFloat32Go for a multiple of 8 elements.")
	x, n := slice("x")
	dst := GP64()
	Load(Param("dst"), dst)
	while(n, 8, func() {
		for j := range 8 / level.lanes {
			VMOVUPS(rounded(loaded(at(x, 2*j*level.bytes()))), at(dst, j*level.bytes()))
		}
		ADDQ(imm(64), x)
		ADDQ(imm(32), dst)
	})
	done()
}

// rounded returns float64 as float32, in half a vector.
func rounded(v VecVirtual) VecVirtual {
	half := level.part()
	if level.wide {
		VCVTPD2PS(v, half)
	} else {
		VCVTPD2PSY(v, half)
	}
	return half
}
