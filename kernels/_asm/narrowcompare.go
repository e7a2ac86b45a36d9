package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// flags are hits of elements of 4 bytes.
type flags hits

func (f flags) or(o flags) {
	if level.wide {
		KORW(o.k, f.k, f.k)
	} else {
		VORPS(o.v, f.v, f.v)
	}
}

// toBits writes a bit a lane.
func (f flags) toBits(to GPVirtual) {
	if level.wide {
		KMOVW(f.k, to.As32())
	} else {
		VMOVMSKPS(f.v, to.As32())
	}
}

// count adds 1, which one has in every lane, to the lanes of acc that are hit.
func (f flags) count(acc, one VecVirtual) {
	if level.wide {
		VPADDD(one, acc, f.k, acc)
	} else {
		VPSUBD(f.v, acc, acc)
	}
}

// compare compares the lanes of m with t, which is on the left: comparison c of
// the package.
func (n *numbers) compare(c int, in Op, t VecVirtual, m *mask) flags {
	if n.float {
		return comparePS(floatComparisons[comparisonNames[c]], in, t, m)
	}
	if level.wide {
		f, predicate := flags{k: K()}, Imm([]uint64{6, 5, 1, 2, 0, 4}[c])
		if m == nil {
			VPCMPD(predicate, in, t, f.k)
		} else {
			VPCMPD(predicate, in, t, m.k, f.k)
		}
		return f
	}
	f := flags{v: vec()}
	switch c {
	case 0, 3: // less, and its opposite
		VPCMPGTD(in, t, f.v)
	case 1, 2:
		VPCMPGTD(t, loaded(in), f.v)
	default:
		VPCMPEQD(in, t, f.v)
	}
	if c%2 == 1 {
		ones := vec()
		VPCMPEQD(ones, ones, ones)
		VPXOR(ones, f.v, f.v)
	}
	m.keep(f.v)
	return f
}

// comparePS is compareFloat.
func comparePS(predicate uint64, in Op, t VecVirtual, m *mask) flags {
	if !level.wide {
		f := flags{v: vec()}
		VCMPPS(Imm(predicate), in, t, f.v)
		m.keep(f.v)
		return f
	}
	f := flags{k: K()}
	if m == nil {
		VCMPPS(Imm(predicate), in, t, f.k)
	} else {
		VCMPPS(Imm(predicate), in, t, m.k, f.k)
	}
	return f
}

func countNarrow() {
	for _, t := range narrowTypes {
		routine("count"+t.suffix, "func(x []"+t.elem+", c int, t "+t.elem+") int", "equals countGo, for less than 2^31 elements.")
		x, n := slice("x")
		with := broadcastDword("t")
		acc, one := vecs(8), vec()
		VMOVUPS(splatDword(1), one)
		each(6, func(c int) {
			l := loop{n: n, in: []GPVirtual{x}, unroll: len(acc)}
			l.body = func(j int, in []Op, m *mask) { t.compare(c, in[0], with, m).count(acc[j], one) }
			l.emit()
		})
		tree(acc, addDword)
		total := GP64()
		VMOVD(quarters(acc[0], addDword), total.As32())
		Store(total, ReturnIndex(0))
		done()
	}
}

// compareBitsNarrow writes the bits of a vector at a time: 16, or 8.
func compareBitsNarrow() {
	for _, t := range narrowTypes {
		routine("compare"+t.suffix, "func(dst *uint64, x []"+t.elem+", c int, t "+t.elem+")",
			"equals compareGo; it writes the pairs of bytes of dst that x has bits for.")
		x, n := slice("x")
		with, dst := broadcastDword("t"), GP64()
		Load(Param("dst"), dst)
		each(6, func(c int) {
			for _, vectors := range []int{4, 1} {
				while(n, vectors*level.lanes, func() {
					for j := range vectors {
						t.compare(c, at(x, j*level.bytes()), with, nil).store(at(dst, j*level.lanes/8))
					}
					ADDQ(imm(vectors*level.bytes()), x)
					ADDQ(imm(vectors*level.lanes/8), dst)
				})
			}
			unlessZero(n, func() {
				m := firstLanes(n)
				t.compare(c, m.load(x), with, m).store(at(dst, 0))
			})
		})
		done()
	}
}

// store writes a bit a lane.
func (f flags) store(to Mem) {
	if level.wide {
		KMOVW(f.k, to)
		return
	}
	bits := GP64()
	f.toBits(bits)
	MOVB(bits.As8(), to)
}

func indexNarrow() {
	for _, t := range narrowTypes {
		routine("indexOf"+t.suffix, "func(x []"+t.elem+", v "+t.elem+") int", "equals indexOfGo.")
		v := broadcastDword("v")
		firstDword(func(in Op, m *mask) flags { return t.compare(4, in, v, m) })
	}
	routine("indexNaNFloat32", "func(x []float32) int", "equals indexNaNGo.")
	firstDword(func(in Op, m *mask) flags {
		v := loaded(in)
		return comparePS(unordered, v, v, m)
	})
}

// firstDword is index for elements of 4 bytes.
func firstDword(find func(in Op, m *mask) flags) {
	const unroll = 4
	x, n := slice("x")
	start, bits := GP64(), GP64()
	MOVQ(x, start)
	found, near := fresh("found"), fresh("near")
	look := func(f flags, to string) {
		f.toBits(bits)
		TESTQ(bits, bits)
		JNZ(LabelRef(to))
	}
	while(n, unroll*level.lanes, func() {
		any := find(at(x, 0), nil)
		for j := 1; j < unroll; j++ {
			any.or(find(at(x, j*level.bytes()), nil))
		}
		look(any, near)
		ADDQ(imm(unroll*level.bytes()), x)
	})
	Label(near)
	while(n, level.lanes, func() {
		look(find(at(x, 0), nil), found)
		ADDQ(imm(level.bytes()), x)
	})
	unlessZero(n, func() {
		m := firstLanes(n)
		look(find(m.load(x), m), found)
		LEAQ(Mem{Base: x, Index: n, Scale: 4}, x)
	})
	XORQ(bits, bits)
	Label(found)
	// Bit 0 is the element at x, also where nothing was found.
	first, zero := GP64(), GP64()
	XORQ(zero, zero)
	BSFQ(bits, first)
	CMOVQEQ(zero, first)
	SUBQ(start, x)
	SHRQ(Imm(2), x)
	ADDQ(first, x)
	Store(x, ReturnIndex(0))
	done()
}
