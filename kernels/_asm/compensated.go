package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// compensatedLanes is how many sums SumCompensated keeps, each with what its
// additions lost.
const compensatedLanes = 16

// compensate adds 16 elements at a time, each to the sum of its lane, and the
// error of that addition, by Knuth's two-sum, to what the lane lost.
func compensate() {
	routine("compensate", "func(acc *float64, x []float64)", "equals compensateGo for a multiple of 16 elements.")
	x, n := slice("x")
	acc := GP64()
	Load(Param("acc"), acc)
	var sums, lost []VecVirtual
	vectors := compensatedLanes / level.lanes
	for j := range 2 * vectors {
		v := loaded(at(acc, j*level.bytes()))
		if j < vectors {
			sums = append(sums, v)
		} else {
			lost = append(lost, v)
		}
	}
	while(n, compensatedLanes, func() {
		for j := range sums {
			v, total, part := loaded(at(x, j*level.bytes())), vec(), vec()
			VADDPD(v, sums[j], total)
			VSUBPD(sums[j], total, part)
			VSUBPD(part, v, v)
			VSUBPD(part, total, part)
			VSUBPD(part, sums[j], part)
			VADDPD(part, v, v)
			VADDPD(v, lost[j], lost[j])
			VMOVUPD(total, sums[j])
		}
		ADDQ(imm(compensatedLanes*bytesAnElem), x)
	})
	for j, v := range append(sums, lost...) {
		VMOVUPD(v, at(acc, j*level.bytes()))
	}
	done()
}

func sumAbs() {
	routine("sumAbs", "func(x []float64) float64")
	x, n := slice("x")
	t, signs := newTotals(8), loaded(splat(1<<63))
	l := loop{n: n, in: []GPVirtual{x}, unroll: 8, fold: t.fold, far: true}
	l.body = func(j int, in []Op, _ *mask) {
		v := vec()
		andNot(in[0], signs, v)
		addFloat(v, t.parts[j])
	}
	l.emit()
	t.store(0)
	done()
}
