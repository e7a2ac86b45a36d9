package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The layout of a bucket: see tablelayout.go of the package.
const (
	bucketSlots  = 5
	bucketPassed = bucketSlots + 1
	bucketCodes  = 8 * bucketSlots
	bucketCount  = bucketCodes + 4*bucketSlots
	mostTries    = 64
	bucketAhead  = 32 // keys between asking for a bucket and looking at it
	hashFactor1  = 0xff51afd7ed558ccd
	hashFactor2  = 0xc4ceb9fe1a85ec53
)

// hashOf returns the hashes of a vector of keys.
func hashOf(keys Op, seed VecVirtual, f1, f2 VecVirtual) VecVirtual {
	h := vec()
	xor(keys, seed, h)
	foldRight(h, 33)
	h = product(h, f1)
	foldRight(h, 33)
	h = product(h, f2)
	foldRight(h, 33)
	return h
}

// foldRight writes v ^ v>>n to v.
func foldRight(v VecVirtual, n uint64) {
	shifted := vec()
	VPSRLQ(Imm(n), v, shifted)
	xor(shifted, v, v)
}

// product returns the low halves of the products. AVX2 has only those of 32 bits.
func product(a, b VecVirtual) VecVirtual {
	p := vec()
	if level.wide {
		VPMULLQ(a, b, p)
		return p
	}
	high, cross := vec(), vec()
	VPSRLQ(Imm(32), a, high)
	VPSRLQ(Imm(32), b, cross)
	VPMULUDQ(high, b, high)
	VPMULUDQ(cross, a, cross)
	VPADDQ(cross, high, high)
	VPSLLQ(Imm(32), high, high)
	VPMULUDQ(a, b, p)
	VPADDQ(high, p, p)
	return p
}

// factor returns a constant in every lane.
func factor(v uint64) VecVirtual {
	r := vec()
	VMOVUPD(splat(v), r)
	return r
}

func hash() {
	routine("hash", "func(dst *int64, x *int64, seed uint64, n int, stream int)", "equals hashGo.")
	seed, f1, f2 := vec(), factor(hashFactor1), factor(hashFactor2)
	VPBROADCASTQ(address(Param("seed")), seed)
	mapEach([]string{"x"}, func(in []Op) VecVirtual { return hashOf(in[0], seed, f1, f2) })
}

func bucketsOf() {
	routine("bucketsOf", "func(dst *int64, x []int64, seed uint64, n uint64)", "equals bucketsOfGo.")
	seed, n, f1, f2 := vec(), vec(), factor(hashFactor1), factor(hashFactor2)
	VPBROADCASTQ(address(Param("seed")), seed)
	VPBROADCASTQ(address(Param("n")), n)
	l := mapping{dst: GP64(), body: func(in []Op) VecVirtual {
		h := hashOf(in[0], seed, f1, f2)
		VPSRLQ(Imm(32), h, h)
		VPMULUDQ(h, n, h)
		VPSRLQ(Imm(32), h, h)
		return h
	}}
	var x GPVirtual
	x, l.n = slice("x")
	l.in = []GPVirtual{x}
	Load(Param("dst"), l.dst)
	while(l.n, mapUnroll*level.lanes, func() { l.vectors(mapUnroll, plainStore) })
	while(l.n, level.lanes, func() { l.vectors(1, plainStore) })
	unlessZero(l.n, func() { l.masked(l.n) })
	done()
}

func plainStore(v VecVirtual, to Mem) { VMOVUPD(v, to) }
