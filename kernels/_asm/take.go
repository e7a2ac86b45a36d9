package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// take gathers a vector by indices that are loaded once and checked there.
func take() {
	routine("take", "func(dst *uint64, x []uint64, idx []int64) int",
		"equals takeGo for a multiple of 8 indices, but leaves out the whole vector in which one is out", "of bounds.")
	x, n := slice("x")
	idx, left := slice("idx")
	dst, total, limit := GP64(), GP64(), broadcastInt(n)
	Load(Param("dst"), dst)
	MOVQ(left, total)
	bad := fresh("bad")
	while(left, level.lanes, func() {
		at1, v := vec(), vec()
		VMOVUPD(at(idx, 0), at1)
		gather(x, at1, limit, v, bad)
		VMOVUPD(v, at(dst, 0))
		ADDQ(imm(level.bytes()), idx)
		ADDQ(imm(level.bytes()), dst)
	})
	Label(bad)
	SUBQ(left, total)
	Store(total, ReturnIndex(0))
	done()
}

// gather jumps if an index is negative or not below the limit.
func gather(x GPVirtual, idx, limit, v VecVirtual, bad string) {
	from := Mem{Base: x, Index: idx, Scale: 8}
	if level.wide {
		k := K()
		VPCMPUQ(Imm(6), idx, limit, k) // limit > idx
		KORTESTB(k, k)
		JAE(LabelRef(bad)) // no carry: not all bits are set
		VGATHERQPD(from, k, v)
		return
	}
	below, bits := vec(), GP32()
	VPCMPGTQ(idx, limit, below)
	VPANDN(below, idx, below) // and not negative
	VMOVMSKPD(below, bits)
	CMPL(bits, Imm(15))
	JNE(LabelRef(bad))
	VGATHERQPD(below, from, v)
}
