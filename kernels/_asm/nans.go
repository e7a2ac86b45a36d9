package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// nans has the processor note NaNs that minima and maxima meet: of these two
// operations any NaN is an invalid operand, which sets a bit of MXCSR for good
// (Intel 64 manual, volume 1, 11.5.2.1, and volume 2, MINPD). A comparison of
// each pair of vectors would take half as long as the minima themselves. What
// a mask leaves out sets nothing.
type nans struct {
	state Mem // where MXCSR is stored
	any   bool
}

const invalid = 1 // the bit

// watchNaNs clears the bit, if it is set: writing the register takes long.
// Integers have no NaN to watch for.
func watchNaNs(float bool) nans {
	if !float {
		return nans{}
	}
	s := nans{AllocLocal(8), true}
	clear := fresh("clear")
	STMXCSR(s.state)
	BTRL(Imm(0), s.state)
	JCC(LabelRef(clear))
	LDMXCSR(s.state)
	Label(clear)
	return s
}

// seen returns a number that is 0 if there was none.
func (s nans) seen() GPVirtual {
	seen := GP64()
	if !s.any {
		XORL(seen.As32(), seen.As32())
		return seen
	}
	STMXCSR(s.state)
	MOVL(s.state, seen.As32())
	ANDL(Imm(invalid), seen.As32())
	return seen
}

// spread makes both numbers NaN if one was seen.
func (s nans) spread(lo, hi Register) {
	if !s.any {
		return
	}
	none, seen := fresh("ordered"), s.seen()
	TESTQ(seen, seen)
	JZ(LabelRef(none))
	VPCMPEQD(lo, lo, lo)
	VPCMPEQD(hi, hi, hi)
	Label(none)
}
