package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/gotypes"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// isa is what differs between the two vector instruction sets.
type isa struct {
	name, suffix string
	lanes        int // elements that are taken at a time
	elem         int // bytes of one: 8, but see narrow
	wide         bool
}

var levels = map[string]*isa{
	"avx512": {name: "avx512", suffix: "AVX512", lanes: 8, elem: 8, wide: true},
	"avx2":   {name: "avx2", suffix: "AVX2", lanes: 4, elem: 8},
}

// level is the instruction set that assembly is written for.
var level *isa

// vec returns a new vector register.
func vec() VecVirtual {
	if level.wide {
		return ZMM()
	}
	return YMM()
}

// bytes returns the size of what is taken at a time: a vector, but see narrow.
func (l *isa) bytes() int { return l.elem * l.lanes }

// pick returns the first number for AVX-512, the second for AVX2.
func pick(wide, narrow int) int {
	if level.wide {
		return wide
	}
	return narrow
}

// vecs returns n zeroed vector registers.
func vecs(n int) []VecVirtual {
	regs := make([]VecVirtual, n)
	for i := range regs {
		regs[i] = vec()
		clear(regs[i])
	}
	return regs
}

func clear(r VecVirtual) { xor(r, r, r) }

func xor(a Op, b, dst VecVirtual) {
	if level.wide {
		VPXORQ(a, b, dst)
	} else {
		VPXOR(a, b, dst)
	}
}

func or(a Op, b, dst VecVirtual) {
	if level.wide {
		VPORQ(a, b, dst)
	} else {
		VPOR(a, b, dst)
	}
}

// broadcastFloat returns a parameter in every lane.
func broadcastFloat(param string) VecVirtual {
	v := vec()
	VBROADCASTSD(address(Param(param)), v)
	return v
}

// address is where a parameter or a result lies.
func address(c Component) Mem {
	b, err := c.Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// result stores the low 8 bytes of x as result i.
func result(x Register, i int) { VMOVSD(x, address(ReturnIndex(i))) }

// broadcastInt returns a general register in every lane.
func broadcastInt(r Register) VecVirtual {
	x, v := XMM(), vec()
	VMOVQ(r, x)
	VPBROADCASTQ(x, v)
	return v
}

// mask stands for the first lanes of a vector, the others being past the end.
type mask struct {
	k   OpmaskVirtual
	vec VecVirtual
	mem VecVirtual // of elements of 4 bytes: see firstDwords
}

// firstLanes returns the mask of the first n lanes.
func firstLanes(n Register) *mask {
	if level.wide {
		bits, k := GP64(), K()
		MOVQ(I32(-1), bits)
		BZHIQ(n, bits, bits)
		KMOVW(bits.As32(), k)
		return &mask{k: k}
	}
	if level.elem == 4 {
		return firstDwords(n)
	}
	const all = 1<<64 - 1
	window := words(all, all, all, 0, 0, 0) // lanes 3-n and on of it
	p, m := GP64(), YMM()
	LEAQ(window.Offset(8*3), p)
	NEGQ(n)
	VMOVDQU(Mem{Base: p, Index: n, Scale: 8}, m)
	NEGQ(n)
	return &mask{vec: m}
}

// load reads the lanes of m; the others are zero, and not read.
func (m *mask) load(p Register) VecVirtual {
	if level.elem == 4 {
		return m.loadDwords(p)
	}
	v := vec()
	if level.wide {
		VMOVUPD_Z(at(p, 0), m.k, v)
	} else {
		VMASKMOVPD(at(p, 0), m.vec, v)
	}
	return v
}

// loadOr reads the lanes of m; the others are those of pad.
func (m *mask) loadOr(p Register, pad VecVirtual) VecVirtual {
	if level.elem == 4 {
		return m.loadDwordsOr(p, pad)
	}
	v := vec()
	if level.wide {
		VMOVAPD(pad, v)
		VMOVUPD(at(p, 0), m.k, v)
	} else {
		VMASKMOVPD(at(p, 0), m.vec, v)
		VBLENDVPD(m.vec, v, pad, v)
	}
	return v
}

// keep clears the lanes of v that are not in m. A nil mask has all lanes.
func (m *mask) keep(v VecVirtual) {
	switch {
	case m == nil:
	case level.wide:
		VMOVAPD_Z(v, m.k, v)
	default:
		VANDPD(m.vec, v, v)
	}
}

// halves folds the lanes of v into the low 8 bytes of the register that it
// returns, by op, which gets registers of equal size.
func halves(v VecVirtual, op func(from, into VecVirtual)) VecVirtual {
	low, x := lanePair(v, op), XMM()
	VPERMILPD(Imm(1), low, x)
	op(x, low)
	return low
}

// lanePair folds v into its low 16 bytes.
func lanePair(v VecVirtual, op func(from, into VecVirtual)) VecVirtual {
	x := XMM()
	low := v.AsX().(VecVirtual)
	if level.wide {
		y := YMM()
		VEXTRACTF64X4(Imm(1), v, y)
		op(y, v.AsY().(VecVirtual))
		VEXTRACTF64X2(Imm(1), v.AsY(), x)
	} else {
		VEXTRACTF128(Imm(1), v, x)
	}
	op(x, low)
	return low
}
