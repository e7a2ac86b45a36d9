package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// keys writes the integers that float64 are sorted by, or turns them back.
func keys() {
	routine("keys", "func(c int, dst *int64, x []int64, stream int)", "equals keysGo with no bits flipped.")
	const negativeNaNs = 1<<52 - 1
	zero := vecs(1)[0]
	order := func(v VecVirtual) VecVirtual { // flips what is below the sign of negative numbers
		flip := vec()
		if level.wide {
			VPSRAQ(Imm(63), v, flip)
		} else {
			clear(flip)
			VPCMPGTQ(v, flip, flip)
		}
		VPSRLQ(Imm(1), flip, flip)
		xor(flip, v, v)
		return v
	}
	mapEach([]string{"x"},
		func(in []Op) VecVirtual {
			v := order(loaded(in[0]))
			VPSUBQ(splat(negativeNaNs), v, v)
			return v
		},
		func(in []Op) VecVirtual {
			v := loaded(in[0])
			VPADDQ(splat(negativeNaNs), v, v)
			return order(v)
		},
		func(in []Op) VecVirtual {
			v := vec()
			VADDPD(in[0], zero, v) // -0 + 0 is +0
			setWhere(compareFloat(unordered, v, v, nil), splat(0x7ff8<<48), v)
			order(v)
			VPSUBQ(splat(negativeNaNs), v, v)
			return v
		},
	)
}

// setWhere writes a constant into the lanes that are hit.
func setWhere(h hits, is Mem, v VecVirtual) {
	if level.wide {
		VMOVUPD(is, h.k, v)
	} else {
		VBLENDVPD(h.v, is, v, v)
	}
}
