package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const (
	noSplit     = 4      // NOSPLIT in textflag.h
	rodataNoPtr = 8 | 16 // RODATA|NOPTR
	bytesAnElem = 8
	foldEvery   = 128 // loop runs after which partial sums go to the totals
	cacheLine   = 64
)

// routine begins a function that equals a loop of the package: the function of
// the same name that ends in Go, or what is said.
func routine(name, signature string, equals ...string) {
	TEXT(name+level.suffix, noSplit, signature)
	Pragma("noescape")
	if len(equals) == 0 {
		equals = []string{"equals " + name + "Go."}
	}
	Doc(append([]string{name + level.suffix + " " + equals[0]}, equals[1:]...)...)
}

// done ends a routine.
func done() {
	VZEROUPPER()
	RET()
}

// at is the memory off bytes after p.
func at(p Register, off int) Mem { return Mem{Base: p, Disp: off} }

// imm is a signed immediate operand of an instruction on 64 bits.
func imm(n int) Op {
	if int(int8(n)) == n {
		return I8(n)
	}
	return I32(n)
}

// slice loads the start and the length of a slice parameter.
func slice(name string) (base, n GPVirtual) {
	base, n = GP64(), GP64()
	Load(Param(name).Base(), base)
	Load(Param(name).Len(), n)
	return base, n
}

// word loads a parameter of 8 bytes.
func word(name string) GPVirtual {
	r := GP64()
	Load(Param(name), r)
	return r
}

var labels int

// fresh returns a label that no other of this file has.
func fresh(name string) string {
	labels++
	return fmt.Sprintf("%s%d", name, labels)
}

// while emits a loop that runs as long as at least step of n are left.
func while(n Register, step int, body func()) {
	top, end := fresh("loop"), fresh("end")
	CMPQ(n, imm(step))
	JB(LabelRef(end))
	Label(top)
	body()
	SUBQ(imm(step), n)
	CMPQ(n, imm(step))
	JAE(LabelRef(top))
	Label(end)
}

// tight is while for a loop that takes few cycles: its first instruction begins a
// line of the cache, and within it n is a step less than what is left.
func tight(n Register, step int, body func()) {
	top, end := fresh("loop"), fresh("end")
	SUBQ(imm(step), n)
	JB(LabelRef(end))
	Instruction(&ir.Instruction{Opcode: "PCALIGN", Operands: []Op{Imm(cacheLine)}})
	Label(top)
	body()
	SUBQ(imm(step), n)
	JAE(LabelRef(top))
	Label(end)
	ADDQ(imm(step), n)
}

// unlessZero emits a body that is skipped if n is zero.
func unlessZero(n Register, body func()) {
	end := fresh("none")
	TESTQ(n, n)
	JZ(LabelRef(end))
	body()
	Label(end)
}

var constants = map[string]Mem{}

// words returns read-only memory that holds v.
func words(v ...uint64) Mem {
	key := fmt.Sprintf("%x", v)
	if m, ok := constants[key]; ok {
		return m
	}
	m := GLOBL(fmt.Sprintf("%sconst%d", level.name, len(constants)), rodataNoPtr)
	for i, w := range v {
		DATA(bytesAnElem*i, U64(w))
	}
	constants[key] = m
	return m
}

// splat returns memory that holds v in every lane of a vector.
func splat(v uint64) Mem {
	all := make([]uint64, level.lanes)
	for i := range all {
		all[i] = v
	}
	return words(all...)
}

func splatFloat(v float64) Mem { return splat(math.Float64bits(v)) }

// tree folds regs into the first by op(from, into).
func tree(regs []VecVirtual, op func(from, into VecVirtual)) {
	for n := len(regs); n > 1; n = (n + 1) / 2 {
		for i := 0; i < n/2; i++ {
			op(regs[(n+1)/2+i], regs[i])
		}
	}
}

func addFloat(from, into VecVirtual) { VADDPD(from, into, into) }
func addInt(from, into VecVirtual)   { VPADDQ(from, into, into) }
