package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// narrow emits the kernels of elements of 4 bytes. Those that keep the type take
// a whole vector at a time; those that compute in 8 bytes take half a vector,
// whose elements fill a whole one once they are widened.
func narrow() {
	inDwords(2*level.lanes, sumInt32, dotInt32, minMaxNarrow, arithNarrow, unaryNarrow, fmaNarrow,
		countNarrow, compareBitsNarrow, indexNarrow, extremesNarrow, compressNarrow, filterNarrow, prefixInt32,
		keysNarrow, partingNarrow, networkNarrow)
	inDwords(level.lanes, sumFloat32, dotFloat32, sumAbsFloat32, shiftedNarrow, coShiftedNarrow, groupFloatsNarrow, convert, takeNarrow, expFloat32, logFloat32)
}

// inDwords emits routines for elements of 4 bytes, so many at a time.
func inDwords(lanes int, emit ...func()) {
	before, dwords := level, *level
	dwords.lanes, dwords.elem = lanes, 4
	level = &dwords
	for _, f := range emit {
		f()
	}
	level = before
}

// shift returns the logarithm of the bytes of an element.
func (l *isa) shift() uint64 {
	if l.elem == 4 {
		return 2
	}
	return 3
}

// part returns a register for what is taken at a time.
func (l *isa) part() VecVirtual {
	switch l.bytes() {
	case 64:
		return ZMM()
	case 32:
		return YMM()
	default:
		return XMM()
	}
}

// dwords returns read-only memory that holds v.
func dwords(v ...uint32) Mem {
	all := make([]uint64, len(v)/2)
	for i := range all {
		all[i] = uint64(v[2*i+1])<<32 | uint64(v[2*i])
	}
	return words(all...)
}

// splatDword returns memory that holds v in every lane of a vector.
func splatDword(v uint32) Mem {
	all := make([]uint32, pick(16, 8))
	for i := range all {
		all[i] = v
	}
	return dwords(all...)
}

// broadcastDword returns a parameter in every lane.
func broadcastDword(param string) VecVirtual {
	v := vec()
	VBROADCASTSS(address(Param(param)), v)
	return v
}

// firstDwords is firstLanes for AVX2: of half a vector, the mask of memory has
// half the size of that of the lanes.
func firstDwords(n Register) *mask {
	const all = 1<<32 - 1
	window := dwords(all, all, all, all, all, all, all, all, 0, 0, 0, 0, 0, 0, 0, 0) // lanes 8-n and on of it
	p, m := GP64(), level.part()
	LEAQ(window.Offset(4*8), p)
	NEGQ(n)
	VMOVDQU(Mem{Base: p, Index: n, Scale: 4}, m)
	NEGQ(n)
	if level.lanes == 8 {
		return &mask{vec: m, mem: m}
	}
	lanes := YMM()
	VPMOVSXDQ(m, lanes)
	return &mask{vec: lanes, mem: m}
}

func (m *mask) loadDwords(p Register) VecVirtual {
	v := level.part()
	if level.wide {
		VMOVUPS_Z(at(p, 0), m.k, v)
	} else {
		VMASKMOVPS(at(p, 0), m.mem, v)
	}
	return v
}

func (m *mask) loadDwordsOr(p Register, pad VecVirtual) VecVirtual {
	v := level.part()
	if level.wide {
		VMOVAPS(pad, v)
		VMOVUPS(at(p, 0), m.k, v)
	} else {
		VMASKMOVPS(at(p, 0), m.mem, v)
		VBLENDVPS(m.mem, v, pad, v)
	}
	return v
}

func (m *mask) storeDwords(v VecVirtual, to Mem) {
	if level.wide {
		VMOVUPS(v, m.k, to)
	} else {
		VMASKMOVPS(v, m.mem, to)
	}
}

// quarters folds the lanes of v into the low 4 bytes of the register that it
// returns, by op, which gets registers of equal size.
func quarters(v VecVirtual, op func(from, into VecVirtual)) VecVirtual {
	low, x := lanePair(v, op), XMM()
	VPSHUFD(Imm(2|3<<2), low, x)
	op(x, low)
	VPSHUFD(Imm(1), low, x)
	op(x, low)
	return low
}

// resultDword stores the low 4 bytes of x as result i.
func resultDword(x Register, i int) { VMOVSS(x, address(ReturnIndex(i))) }

func addDword(from, into VecVirtual) { VPADDD(from, into, into) }

// numbers are the instructions for a type of 4 bytes.
type numbers struct {
	suffix, elem       string
	add, sub, mul, div func(ops ...Op)
	min, max           func(ops ...Op)
	float              bool
}

var (
	float32s = &numbers{"Float32", "float32", VADDPS, VSUBPS, VMULPS, VDIVPS, VMINPS, VMAXPS, true}
	int32s   = &numbers{"Int32", "int32", VPADDD, VPSUBD, VPMULLD, nil, VPMINSD, VPMAXSD, false}

	narrowTypes = []*numbers{float32s, int32s}
)
