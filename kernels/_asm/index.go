package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

func indexOf() {
	routine("indexOf", "func(x []float64, v float64) int")
	v := broadcastFloat("v")
	index(func(in Op, m *mask) hits { return compareFloat(equalTo, in, v, m) })
}

func indexOfInt() {
	routine("indexOfInt64", "func(x []int64, v int64) int", "equals indexOfGo.")
	v := vec()
	VPBROADCASTQ(address(Param("v")), v)
	index(func(in Op, m *mask) hits { return compareInt(equalInt, in, v, m) })
}

func indexNaN() {
	routine("indexNaN", "func(x []float64) int")
	index(func(in Op, m *mask) hits {
		v := vec()
		VMOVUPD(in, v)
		return compareFloat(unordered, v, v, m)
	})
}

// index writes how many elements come before the first that a comparison finds,
// and ends the routine. Four vectors at a time are looked at until one of them
// has it, then one at a time.
func index(find func(in Op, m *mask) hits) {
	const unroll = 4
	x, n := slice("x")
	start, bits := GP64(), GP64()
	MOVQ(x, start)
	found, near := fresh("found"), fresh("near")
	while(n, unroll*level.lanes, func() {
		any := find(at(x, 0), nil)
		for j := 1; j < unroll; j++ {
			any.or(find(at(x, j*level.bytes()), nil))
		}
		any.toBits(bits)
		TESTQ(bits, bits)
		JNZ(LabelRef(near))
		ADDQ(imm(unroll*level.bytes()), x)
	})
	Label(near)
	while(n, level.lanes, func() {
		find(at(x, 0), nil).toBits(bits)
		TESTQ(bits, bits)
		JNZ(LabelRef(found))
		ADDQ(imm(level.bytes()), x)
	})
	unlessZero(n, func() {
		m := firstLanes(n)
		find(m.load(x), m).toBits(bits)
		TESTQ(bits, bits)
		JNZ(LabelRef(found))
		LEAQ(Mem{Base: x, Index: n, Scale: 8}, x)
	})
	XORQ(bits, bits)
	Label(found)
	// Bit 0 is the element at x, also where nothing was found.
	first, zero := GP64(), GP64()
	XORQ(zero, zero)
	BSFQ(bits, first)
	CMOVQEQ(zero, first)
	SUBQ(start, x)
	SHRQ(Imm(3), x)
	ADDQ(first, x)
	Store(x, ReturnIndex(0))
	done()
}
