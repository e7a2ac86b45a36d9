package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// dwordPrefix writes sums of int32, a vector at a time: in each 16 bytes the
// lanes one and two down are added, then the last lanes of the 16 bytes before,
// then what was summed before the vector.
type dwordPrefix struct {
	carry, last VecVirtual // the sum so far and the number of the last lane, in all lanes
	before      bool
	up          VecVirtual // AVX2: the lanes one down
	// AVX-512: the lanes above the first 16 bytes and above the second
	aboveFirst, aboveSecond OpmaskVirtual
}

func prefixInt32() {
	for _, before := range []bool{false, true} {
		name, twin := "prefixInt32", "prefixGo"
		if before {
			name, twin = "prefixBeforeInt32", "prefixBeforeGo"
		}
		routine(name, "func(dst *int32, x []int32, start int32) int32", "equals "+twin+" for a multiple of 16 elements.")
		p := &dwordPrefix{carry: broadcastDword("start"), last: vec(), before: before}
		VPBROADCASTD(words(uint64(level.lanes-1)), p.last)
		p.prepare()
		x, n := slice("x")
		dst := GP64()
		Load(Param("dst"), dst)
		for _, vectors := range []int{4, 1} {
			while(n, vectors*level.lanes, func() {
				for j := range vectors {
					VMOVUPS(p.sums(at(x, j*level.bytes())), at(dst, j*level.bytes()))
				}
				ADDQ(imm(vectors*level.bytes()), x)
				ADDQ(imm(vectors*level.bytes()), dst)
			})
		}
		resultDword(p.carry.AsX(), 0)
		done()
	}
}

func (p *dwordPrefix) prepare() {
	if !level.wide {
		p.up = vec()
		VMOVDQU(dwords(7, 0, 1, 2, 3, 4, 5, 6), p.up)
		return
	}
	lanes := func(set uint64) OpmaskVirtual {
		k, bits := K(), GP32()
		MOVL(U32(set), bits)
		KMOVW(bits, k)
		return k
	}
	p.aboveFirst, p.aboveSecond = lanes(0xfff0), lanes(0xff00)
}

// sums returns what is written for a vector.
func (p *dwordPrefix) sums(from Mem) VecVirtual {
	v, t := loaded(from), vec()
	for _, bytes := range []uint64{4, 8} {
		VPSLLDQ(Imm(bytes), v, t)
		addDword(t, v)
	}
	VPSHUFD(Imm(lastLane), v, t)
	if level.wide {
		down := vec()
		VSHUFI32X4_Z(Imm(1<<4|2<<6), t, t, p.aboveFirst, down)
		addDword(down, v)
		addDword(down, t)
		VSHUFI32X4_Z(Imm(1<<6), t, t, p.aboveSecond, down)
		addDword(down, v)
	} else {
		VPERM2I128(Imm(8), t, t, t) // nothing, and the first 16 bytes
		addDword(t, v)
	}
	VPERMD(v, p.last, t)
	addDword(p.carry, v)
	switch {
	case p.before && level.wide:
		VALIGND(Imm(15), p.carry, v, v)
	case p.before:
		VPERMD(v, p.up, v)
		VPBLENDD(Imm(1), p.carry, v, v)
	}
	addDword(t, p.carry)
	return v
}
