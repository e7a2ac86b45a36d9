package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// keysNarrow is keys for float32, with some bits flipped before or after, and the
// flip alone.
func keysNarrow() {
	routine("keysDwords", "func(c int, dst *int32, x *int32, flip int32, n int, stream int)", "equals keysGo.")
	const negativeNaNs = 1<<23 - 1
	zero, flip := vecs(1)[0], broadcastDword("flip")
	order := func(v VecVirtual) VecVirtual { // flips what is below the sign of negative numbers
		signs := vec()
		VPSRAD(Imm(31), v, signs)
		VPSRLD(Imm(1), signs, signs)
		xor(signs, v, v)
		return v
	}
	key := func(v VecVirtual) VecVirtual {
		order(v)
		VPSUBD(splatDword(negativeNaNs), v, v)
		return v
	}
	flipped := func(in Op) VecVirtual { v := vec(); xor(in, flip, v); return v }
	mapEach([]string{"x"},
		func(in []Op) VecVirtual { return key(flipped(in[0])) },
		func(in []Op) VecVirtual {
			v := loaded(in[0])
			VPADDD(splatDword(negativeNaNs), v, v)
			return flipped(order(v))
		},
		func(in []Op) VecVirtual {
			v := flipped(in[0])
			VADDPS(v, zero, v) // -0 + 0 is +0
			f := comparePS(unordered, v, v, nil)
			if level.wide {
				VMOVUPS(splatDword(0x7fc<<20), f.k, v)
			} else {
				VBLENDVPS(f.v, splatDword(0x7fc<<20), v, v)
			}
			return key(v)
		},
		func(in []Op) VecVirtual { return flipped(in[0]) },
	)
}

// networkNarrow is network for twice as many elements.
func networkNarrow() {
	routine("sortFewDwords", "func(x *int32, n int)", "sorts the first n elements, at most fewDwords.")
	s := &sorter{x: GP64()}
	Load(Param("x"), s.x)
	s.emit(pick(16, 8))
}

// broadcastDwordOf returns the low half of a general register in every lane.
func broadcastDwordOf(r GPVirtual) VecVirtual {
	x, v := XMM(), vec()
	VMOVD(r.As32(), x)
	VPBROADCASTD(x, v)
	return v
}

// presentDwords is present for elements of 4 bytes.
func (s *sorter) presentDwords(j int) *mask {
	numbers := make([]uint32, level.lanes)
	for i := range numbers {
		numbers[i] = uint32(j*level.lanes + i)
	}
	if level.wide {
		k := K()
		VPCMPD(Imm(6), dwords(numbers...), s.n, k) // n > number
		return &mask{k: k}
	}
	m := vec()
	VPCMPGTD(dwords(numbers...), s.n, m)
	return &mask{vec: m, mem: m}
}

func dwordPadding() VecVirtual { return loaded(splatDword(math.MaxInt32)) }

func minMaxOfDwords(a, b VecVirtual) (low, high VecVirtual) {
	low, high = vec(), vec()
	VPMINSD(a, b, low)
	VPMAXSD(a, b, high)
	return low, high
}

// dwordPartners is partners for elements of 4 bytes.
func dwordPartners(v VecVirtual, distance int) VecVirtual {
	other := vec()
	switch distance {
	case 1:
		VPSHUFD(Imm(0xB1), v, other)
	case 2:
		VPSHUFD(Imm(0x4E), v, other)
	case 4:
		VPERMQ(Imm(0x4E), v, other)
	default:
		VSHUFI64X2(Imm(0x4E), v, v, other)
	}
	return other
}

// chooseDwords is choose for elements of 4 bytes. A set of lanes and the others
// share a mask: there are not enough registers for both.
func (s *sorter) chooseDwords(v, other VecVirtual, larger uint64) VecVirtual {
	low, high := minMaxOfDwords(other, v)
	switch {
	case !level.wide:
		VPBLENDD(Imm(larger), high, low, low)
		return low
	case larger&1 == 0:
		VMOVDQA32(high, s.lanes(larger), low)
		return low
	default:
		VMOVDQA32(low, s.lanes(^larger&0xffff), high)
		return high
	}
}

// partingNarrow is parting for elements of 4 bytes.
func partingNarrow() {
	routine("partitionDwords", "func(x *int32, at *int, pivot int32, steps int)", partsSteps...)
	(&partition{vectors: stepVectors()}).emit("x")
	routine("partitionAsideDwords", "func(x *int32, at *int, pivot int32, some *int32)", partsAside...)
	(&partition{}).emitAside("x")
}

// dwordOrders returns, for AVX2, the orders of dwordFronts. There would be 2^16 for
// AVX-512; it has the numbers of the lanes twice, which turn a vector round.
func dwordOrders() Mem {
	if !level.wide {
		return dwordFronts()
	}
	numbers := make([]uint32, 32)
	for i := range numbers {
		numbers[i] = uint32(i % 16)
	}
	return dwords(numbers...).Offset(64)
}

// orderedDwords is ordered for elements of 4 bytes. By AVX-512 those that go to
// the back come to the end of a vector of their own: compressed to its front, and
// turned round by the number of the others.
func (p *partition) orderedDwords(in VecVirtual) parted {
	bits := GP64()
	v := parted{key: vec(), n: GP64()}
	f := int32s.compare(0, in, p.pivot, nil)
	f.toBits(bits)
	POPCNTL(bits.As32(), v.n.As32())
	order := vec()
	if !level.wide {
		VPMOVZXBD(Mem{Base: p.table, Index: bits, Scale: 8}, order)
		VPERMD(in, order, v.key)
		v.back = v.key
		return v
	}
	others, turn := K(), GP64()
	KNOTW(f.k, others)
	VPCOMPRESSD_Z(in, f.k, v.key)
	v.back = vec()
	VPCOMPRESSD_Z(in, others, v.back)
	MOVQ(v.n, turn)
	NEGQ(turn)
	VMOVDQU32(Mem{Base: p.table, Index: turn, Scale: 4}, order)
	VPERMD(v.back, order, v.back)
	return v
}
