package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// A timestamp shifted right by 10 is a whole number of units of 1024 us, of
// which an hour and a day have whole numbers too, and is exact in float64.
const (
	unitBits = 10
	hourUnit = 3_600_000_000 >> unitBits
	dayUnit  = 24 * hourUnit
)

// hourOfDay takes the nearest whole day off, exactly by a fused
// multiplication, and is left with at most half a day on either side. Half a
// unit keeps the product with the rounded 1/hourUnit clear of whole hours.
func hourOfDay() {
	routine("hourOfDay", "func(dst []uint8, ts []int64)")
	dst, _ := slice("dst")
	ts, n := slice("ts")
	h := newHours()
	if level.wide {
		hourOfDayWide(dst, ts, n, h)
	} else {
		hourOfDayNarrow(dst, ts, n, h)
	}
	done()
}

func hourOfDayWide(dst, ts, n GPVirtual, h *hours) {
	for _, unroll := range []int{4, 1} {
		while(n, 8*unroll, func() {
			prefetch(ts, h.ahead, 64*unroll)
			for j := range unroll {
				v := ZMM()
				VPSRAQ(Imm(unitBits), at(ts, 64*j), v)
				VCVTQQ2PD(v, v)
				VPMOVDB(h.of(v), at(dst, 8*j))
			}
			ADDQ(imm(64*unroll), ts)
			ADDQ(imm(8*unroll), dst)
		})
	}
	unlessZero(n, func() {
		m := firstLanes(n)
		v := m.load(ts)
		VPSRAQ(Imm(unitBits), v, v)
		VCVTQQ2PD(v, v)
		VPMOVDB(h.of(v), m.k, at(dst, 0))
	})
}

func hourOfDayNarrow(dst, ts, n GPVirtual, h *hours) {
	const pad = 0 // what VPACK takes from its second operand is not stored
	for _, unroll := range []int{4, 1} {
		while(n, 4*unroll, func() {
			prefetch(ts, h.ahead, 32*unroll)
			var four []VecVirtual
			for j := range unroll {
				v := YMM()
				VMOVDQU(at(ts, 32*j), v)
				unitsNarrow(v)
				four = append(four, h.of(v))
			}
			packBytes(four)
			if unroll == 4 {
				VMOVDQU(four[0], at(dst, 0))
			} else {
				VMOVD(four[0], at(dst, 0))
			}
			ADDQ(imm(32*unroll), ts)
			ADDQ(imm(4*unroll), dst)
		})
	}
	unlessZero(n, func() {
		v := firstLanes(n).load(ts)
		unitsNarrow(v)
		last := h.of(v)
		packBytes([]VecVirtual{last})
		b := GP32()
		VMOVD(last, b)
		while(n, 1, func() {
			MOVB(b.As8(), at(dst, 0))
			SHRL(Imm(8), b)
			INCQ(dst)
		})
	})
}

// packBytes packs the small 32-bit numbers of one or four registers into the
// first.
func packBytes(v []VecVirtual) {
	if len(v) == 4 {
		VPACKUSDW(v[3], v[2], v[2])
		VPACKUSDW(v[1], v[0], v[0])
		VPACKUSWB(v[2], v[0], v[0])
		return
	}
	VPACKUSDW(v[0], v[0], v[0])
	VPACKUSWB(v[0], v[0], v[0])
}

// unitsNarrow turns timestamps into units, as float64, with neither a signed
// shift nor a conversion: the halves of v>>10 + 2^53, which is positive, become
// float64 by an exponent that is put above them, and is taken off again.
func unitsNarrow(v VecVirtual) {
	const bias = 1 << 53
	high := YMM()
	VPSRLQ(Imm(unitBits), v, v)
	VPXOR(splat(bias), v, v)
	VPSRLQ(Imm(32), v, high)
	VPOR(splatFloat(1<<84), high, high)
	VSUBPD(splatFloat(1<<84+1<<52+bias), high, high)
	VPBLENDD(Imm(0xaa), splatFloat(1<<52), v, v)
	VADDPD(high, v, v)
}

// hours are the constants of hourOfDay.
type hours struct {
	perDay, magic, day, perHour, start VecVirtual
	wrap                               VecVirtual
	ahead                              Register
}

func newHours() *hours {
	constant := func(f float64) VecVirtual {
		v := vec()
		VMOVUPD(splatFloat(f), v)
		return v
	}
	const perHour = 1.0 / hourUnit
	h := &hours{constant(1.0 / dayUnit), constant(magic), constant(dayUnit), constant(perHour), constant(24 + 0.5*perHour), nil, fetchAhead()}
	h.wrap = half(vec())
	VMOVDQU(words(minus24, minus24, minus24, minus24), h.wrap.AsY())
	return h
}

const minus24 = (1<<32 - 24) * (1<<32 + 1)

// half returns the register that holds a 32-bit number for each lane of v.
func half(v VecVirtual) VecVirtual {
	if level.wide {
		return v.AsY().(VecVirtual)
	}
	return v.AsX().(VecVirtual)
}

// of returns the hours of units, 32 bits each: truncated from 12 to 36, and
// brought below 24 by an unsigned minimum.
func (h *hours) of(v VecVirtual) VecVirtual {
	days := vec()
	VMOVAPD(v, days)
	VFMADD213PD(h.magic, h.perDay, days)
	VSUBPD(h.magic, days, days)
	VFNMADD231PD(days, h.day, v)
	VFMADD213PD(h.start, h.perHour, v)
	out, wrapped := half(vec()), half(vec())
	if level.wide {
		VCVTTPD2DQ(v, out)
	} else {
		VCVTTPD2DQY(v, out)
	}
	VPADDD(h.wrap, out, wrapped)
	VPMINUD(wrapped, out, out)
	return out
}
