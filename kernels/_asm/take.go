package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// take loads by indices that are loaded once and checked there. It has no
// vectors: a gather of eight takes longer than eight loads on some processors,
// and on AMD's much longer.
func take() {
	takeGather()
	routine("take", "func(dst *uint64, x []uint64, idx []int64) int",
		"equals takeGo for a multiple of 8 indices, but may leave out some before one that is out of bounds.")
	x, n := slice("x")
	idx, left := slice("idx")
	dst, total := GP64(), GP64()
	Load(Param("dst"), dst)
	MOVQ(left, total)
	bad := fresh("bad")
	while(left, 8, func() {
		for j := 0; j < 8; j += takeAtOnce {
			takeSome(x, n, at(idx, j*bytesAnElem), at(dst, j*bytesAnElem), bad)
		}
		ADDQ(imm(8*bytesAnElem), idx)
		ADDQ(imm(8*bytesAnElem), dst)
	})
	Label(bad)
	SUBQ(left, total)
	Store(total, ReturnIndex(0))
	RET()
}

const takeAtOnce = 4

func takeSome(x, n GPVirtual, idx, dst Mem, bad string) {
	var r [takeAtOnce]GPVirtual
	for j := range r {
		r[j] = GP64()
		MOVQ(idx.Offset(j*bytesAnElem), r[j])
		CMPQ(r[j], n)
		JAE(LabelRef(bad)) // also if negative
	}
	for j := range r {
		MOVQ(Mem{Base: x, Index: r[j], Scale: bytesAnElem}, r[j])
	}
	for j := range r {
		MOVQ(r[j], dst.Offset(j*bytesAnElem))
	}
}

// takeGather is take for processors whose gathers are quick.
func takeGather() {
	if !level.wide {
		return
	}
	routine("takeGather", "func(dst *uint64, x []uint64, idx []int64) int", "equals takeGo for a multiple of 8 indices, but may leave out some before one that is out of bounds.")
	x, length := slice("x")
	idx, left := slice("idx")
	dst, total := word("dst"), GP64()
	MOVQ(left, total)
	n := vec()
	VPBROADCASTQ(length, n)
	bad := fresh("bad")
	while(left, level.lanes, func() {
		from, outside, all, v := loaded(at(idx, 0)), K(), K(), vec()
		VPCMPUQ(Imm(5), n, from, outside) // not below n, also if negative
		KORTESTB(outside, outside)
		JNZ(LabelRef(bad))
		KXNORB(all, all, all) // a gather takes its mask apart
		VPXORQ(v, v, v)       // nor does it wait for what was in v
		VGATHERQPD(Mem{Base: x, Index: from, Scale: bytesAnElem}, all, v)
		VMOVUPD(v, at(dst, 0))
		ADDQ(imm(level.bytes()), idx)
		ADDQ(imm(level.bytes()), dst)
	})
	Label(bad)
	SUBQ(left, total)
	Store(total, ReturnIndex(0))
	done()
}
