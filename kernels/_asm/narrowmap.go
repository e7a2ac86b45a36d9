package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func arithNarrow() {
	for _, t := range narrowTypes {
		twin, bodies := "wholeGo", []func(in []Op) VecVirtual{binary(t.add), binary(t.sub), binary(t.mul)}
		if t.float {
			twin, bodies = "quotientGo", append(bodies, binary(t.div))
		}
		routine("arith"+t.suffix, "func(c int, dst *"+t.elem+", x *"+t.elem+", y *"+t.elem+", n int, stream int)", "equals "+twin+".")
		mapEach([]string{"x", "y"}, bodies...)
	}
}

// unaryNarrow has the operations of unary; of integers there is no root.
func unaryNarrow() {
	routine("unaryFloat32", "func(c int, dst *float32, x *float32, a float32, n int, stream int)")
	a, signs := broadcastDword("a"), vec()
	VMOVUPS(splatDword(1<<31), signs)
	mapEach([]string{"x"},
		func(in []Op) VecVirtual { v := vec(); VMULPS(in[0], a, v); return v },
		func(in []Op) VecVirtual { v := vec(); VSQRTPS(in[0], v); return v },
		func(in []Op) VecVirtual { return signBit(func(v VecVirtual) { andNot(in[0], signs, v) }) },
		func(in []Op) VecVirtual { return signBit(func(v VecVirtual) { xor(in[0], signs, v) }) },
	)
	routine("unaryInt32", "func(c int, dst *int32, x *int32, a int32, n int, stream int)", "equals unaryIntGo.")
	a, zero := broadcastDword("a"), vecs(1)[0]
	mapEach([]string{"x"},
		func(in []Op) VecVirtual { v := vec(); VPMULLD(in[0], a, v); return v },
		func(in []Op) VecVirtual { v := vec(); VPABSD(in[0], v); return v },
		func(in []Op) VecVirtual { v := vec(); VPSUBD(in[0], zero, v); return v },
	)
}

func fmaNarrow() {
	routine("fmaFloat32", "func(dst *float32, x *float32, y *float32, z *float32, n int, stream int)")
	mapEach([]string{"x", "y", "z"}, func(in []Op) VecVirtual {
		v, y := loaded(in[0]), loaded(in[1])
		VFMADD213PS(in[2], y, v)
		return v
	})
	routine("axpyFloat32", "func(dst *float32, a float32, x *float32, y *float32, n int, stream int)")
	a := broadcastDword("a")
	mapEach([]string{"x", "y"}, func(in []Op) VecVirtual {
		v := loaded(in[0])
		VFMADD213PS(in[1], a, v)
		return v
	})
	routine("axpyInt32", "func(dst *int32, a int32, x *int32, y *int32, n int, stream int)", "equals axpyIntGo.")
	a = broadcastDword("a")
	mapEach([]string{"x", "y"}, func(in []Op) VecVirtual {
		v := vec()
		VPMULLD(in[0], a, v)
		VPADDD(in[1], v, v)
		return v
	})
}

// unaryInt and axpyInt are for int64.
func unaryInt() {
	routine("unaryInt64", "func(c int, dst *int64, x *int64, a int64, n int, stream int)", "equals unaryIntGo.")
	a, zero := vec(), vecs(1)[0]
	VPBROADCASTQ(address(Param("a")), a)
	mapEach([]string{"x"},
		func(in []Op) VecVirtual { return mulInt([]Op{in[0], a}) },
		func(in []Op) VecVirtual { return absInt(in[0], zero) },
		func(in []Op) VecVirtual { v := vec(); VPSUBQ(in[0], zero, v); return v },
	)
}

func absInt(in Op, zero VecVirtual) VecVirtual {
	v := vec()
	if level.wide {
		VPABSQ(in, v)
		return v
	}
	VPCMPGTQ(in, zero, v) // all bits of what is negative
	w := vec()
	VPXOR(in, v, w)
	VPSUBQ(v, w, w)
	return w
}

func axpyInt() {
	routine("axpyInt64", "func(dst *int64, a int64, x *int64, y *int64, n int, stream int)", "equals axpyIntGo.")
	a := vec()
	VPBROADCASTQ(address(Param("a")), a)
	mapEach([]string{"x", "y"}, func(in []Op) VecVirtual {
		v := mulInt([]Op{in[0], a})
		VPADDQ(in[1], v, v)
		return v
	})
}
