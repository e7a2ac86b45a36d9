package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// keys writes the integers that float64 are sorted by, or turns them back.
func keys() {
	routine("keys", "func(c int, dst *int64, x *int64, flip int64, n int, stream int)", "equals keysGo.")
	const negativeNaNs = 1<<52 - 1
	zero, flip := vecs(1)[0], vec()
	VPBROADCASTQ(address(Param("flip")), flip)
	order := func(v VecVirtual) VecVirtual { // flips what is below the sign of negative numbers
		signs := vec()
		if level.wide {
			VPSRAQ(Imm(63), v, signs)
		} else {
			clear(signs)
			VPCMPGTQ(v, signs, signs)
		}
		VPSRLQ(Imm(1), signs, signs)
		xor(signs, v, v)
		return v
	}
	flipped := func(in Op) VecVirtual { v := vec(); xor(in, flip, v); return v }
	mapEach([]string{"x"},
		func(in []Op) VecVirtual {
			v := order(flipped(in[0]))
			VPSUBQ(splat(negativeNaNs), v, v)
			return v
		},
		func(in []Op) VecVirtual {
			v := loaded(in[0])
			VPADDQ(splat(negativeNaNs), v, v)
			return flipped(order(v))
		},
		func(in []Op) VecVirtual {
			v := flipped(in[0])
			VADDPD(v, zero, v) // -0 + 0 is +0
			setWhere(compareFloat(unordered, v, v, nil), splat(0x7ff8<<48), v)
			order(v)
			VPSUBQ(splat(negativeNaNs), v, v)
			return v
		},
		func(in []Op) VecVirtual { return flipped(in[0]) },
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
