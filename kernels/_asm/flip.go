package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// flip writes x with some bits flipped, the same ones everywhere.
func flip() {
	routine("flip", "func(dst *int64, x []int64, c int64, stream int)", "equals flipGo.")
	c := vec()
	VPBROADCASTQ(address(Param("c")), c)
	mapEach([]string{"x"}, func(in []Op) reg.VecVirtual { v := vec(); xor(in[0], c, v); return v })
}
