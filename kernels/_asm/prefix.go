package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// A prefix writes sums of all elements up to each, or before it, in groups of
// eight: in each half of a group the lane one down is added, then the lane two
// down; then the last lane of the first half to the second half, and what was
// summed before the group to all.
type prefix struct {
	add    func(ops ...Op)
	carry  VecVirtual // the sum before the group, in all lanes
	before bool
	// AVX-512
	third, last                       VecVirtual
	aboveFirst, aboveSecond, highHalf OpmaskVirtual
	// AVX2
	nothing VecVirtual // what changes nothing if it is added
}

// How VPERMPD shifts four lanes up by one and two, and repeats the last.
const (
	upOne    = 0<<2 | 1<<4 | 2<<6
	upTwo    = 0<<4 | 1<<6
	lastLane = 3 | 3<<2 | 3<<4 | 3<<6
)

const groupLanes = 8

func newPrefix(add func(ops ...Op), nothing uint64, before bool) *prefix {
	p := &prefix{add: add, before: before, carry: vec()}
	VPBROADCASTQ(address(Param("start")), p.carry)
	if !level.wide {
		p.nothing = vec()
		VMOVUPD(splat(nothing), p.nothing)
		return p
	}
	p.third, p.last = vec(), vec()
	VPBROADCASTQ(words(3), p.third)
	VPBROADCASTQ(words(7), p.last)
	bits := GP32()
	lanes := func(set uint64) OpmaskVirtual {
		k := K()
		MOVL(U32(set), bits)
		KMOVB(bits, k)
		return k
	}
	p.aboveFirst, p.aboveSecond, p.highHalf = lanes(0xEE), lanes(0xCC), lanes(0xF0)
	return p
}

func (p *prefix) emit() {
	x, n := slice("x")
	dst := GP64()
	Load(Param("dst"), dst)
	for _, groups := range []int{4, 1} {
		while(n, groups*groupLanes, func() {
			for g := range groups {
				off := g * groupLanes * bytesAnElem
				if level.wide {
					p.wide(at(x, off), at(dst, off))
				} else {
					p.narrow(x, dst, off)
				}
			}
			ADDQ(imm(groups*groupLanes*bytesAnElem), x)
			ADDQ(imm(groups*groupLanes*bytesAnElem), dst)
		})
	}
	result(p.carry.AsX().(VecVirtual), 0)
	done()
}

func (p *prefix) wide(from, to Mem) {
	v, shifted := vec(), vec()
	VMOVUPD(from, v)
	VPERMPD(Imm(upOne), v, shifted)
	p.add(shifted, v, p.aboveFirst, v)
	VPERMPD(Imm(upTwo), v, shifted)
	p.add(shifted, v, p.aboveSecond, v)
	VPERMPD(v, p.third, shifted)
	p.add(shifted, v, p.highHalf, v)
	VPERMPD(v, p.last, shifted)
	p.add(p.carry, v, v)
	if p.before {
		VALIGNQ(Imm(7), p.carry, v, v)
	}
	VMOVUPD(v, to)
	p.add(shifted, p.carry, p.carry)
}

func (p *prefix) narrow(x, dst GPVirtual, off int) {
	low, high := p.half(at(x, off)), p.half(at(x, off+32))
	last := vec()
	VPERMPD(Imm(lastLane), low, last)
	p.add(last, high, high)
	VPERMPD(Imm(lastLane), high, last)
	p.add(p.carry, low, low)
	p.add(p.carry, high, high)
	if p.before {
		first := vec()
		VPERMPD(Imm(lastLane), low, first)
		VPERMPD(Imm(upOne), low, low)
		VPERMPD(Imm(upOne), high, high)
		VBLENDPD(Imm(1), p.carry, low, low)
		VBLENDPD(Imm(1), first, high, high)
	}
	VMOVUPD(low, at(dst, off))
	VMOVUPD(high, at(dst, off+32))
	p.add(last, p.carry, p.carry)
}

// half returns the sums of four elements.
func (p *prefix) half(from Mem) VecVirtual {
	v, shifted := vec(), vec()
	VMOVUPD(from, v)
	VPERMPD(Imm(upOne), v, shifted)
	VBLENDPD(Imm(1), p.nothing, shifted, shifted)
	p.add(shifted, v, v)
	VPERMPD(Imm(upTwo), v, shifted)
	VBLENDPD(Imm(3), p.nothing, shifted, shifted)
	p.add(shifted, v, v)
	return v
}

func prefixSums() {
	const minusZero = 1 << 63
	for _, p := range []struct {
		name, elem string
		before     bool
	}{{"prefix", "float64", false}, {"prefixBefore", "float64", true}, {"prefixInt64", "int64", false}, {"prefixBeforeInt64", "int64", true}} {
		twin, add, nothing := "prefixGo", VADDPD, uint64(minusZero)
		if p.before {
			twin = "prefixBeforeGo"
		}
		if p.elem == "int64" {
			add, nothing = VPADDQ, 0
		}
		routine(p.name, "func(dst *"+p.elem+", x []"+p.elem+", start "+p.elem+") "+p.elem, "equals "+twin+" for a multiple of 8 elements.")
		newPrefix(add, nothing, p.before).emit()
	}
}
