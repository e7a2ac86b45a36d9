package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// parting moves the elements below a pivot to the front and the others to the
// back: four vectors at a time, from the end that has less room before what was
// not read yet. Each vector is ordered, those below the pivot first, and stored
// whole at both ends; what does not belong there lies in the room, and is written
// over. There is room for that: both ends together always have eight vectors.
func parting() {
	routine("partition", "func(x *int64, at *int, pivot int64, steps int)",
		"moves at most so many steps of elements below the pivot to the front and of", "others to the back: see partition.")
	(&partition{vectors: runUnroll}).emit("x")
}

func partingPairs() {
	routine("partitionPairs", "func(keys *int64, values *int64, at *int, pivot int64, steps int)",
		"is partition for pairs: the values go where their keys go.")
	p := &partition{vectors: pick(runUnroll, runUnroll/2), values: GP64()}
	keys := GP64()
	Load(Param("values"), p.values)
	Load(Param("keys"), keys)
	SUBQ(keys, p.values)
	p.emit("keys")
}

type partition struct {
	vectors                   int // of a step
	left, right, below, above GPVirtual
	table                     GPVirtual
	pivot                     VecVirtual
	values                    GPVirtual // how far they lie behind the keys, if there are some
}

func (p *partition) emit(name string) {
	steps := GP64()
	Load(Param("steps"), steps)
	p.pivot = vec()
	if level.elem == 4 {
		p.pivot = broadcastDword("pivot")
	} else {
		VPBROADCASTQ(address(Param("pivot")), p.pivot)
	}
	x, places := GP64(), GP64()
	Load(Param(name), x)
	Load(Param("at"), places)
	ends := []*GPVirtual{&p.left, &p.right, &p.below, &p.above}
	for i, e := range ends {
		*e = GP64()
		MOVQ(at(places, 8*i), *e)
		LEAQ(Mem{Base: x, Index: *e, Scale: uint8(level.elem)}, *e)
	}
	p.table = GP64()
	LEAQ(p.orders(), p.table)
	end := fresh("end")
	while(steps, 1, func() {
		left := GP64()
		MOVQ(p.right, left)
		SUBQ(p.left, left)
		CMPQ(left, imm(p.vectors*level.bytes()))
		JB(LabelRef(end))
		p.step()
	})
	Label(end)
	x, places = GP64(), GP64()
	Load(Param(name), x)
	Load(Param("at"), places)
	for i, e := range ends {
		SUBQ(x, *e)
		SHRQ(Imm(level.shift()), *e)
		MOVQ(*e, at(places, 8*i))
	}
	done()
}

// orders returns, for each set of lanes, the order that has those first: a byte
// a lane for AVX-512, two dwords a lane for AVX2.
func (p *partition) orders() Mem {
	if level.elem == 4 {
		return dwordOrders()
	}
	if !level.wide {
		return frontOrders()
	}
	all := make([]uint64, 256)
	for set := range all {
		n := 0
		for _, want := range []int{1, 0} {
			for lane := range 8 {
				if set>>lane&1 == want {
					all[set] |= uint64(lane) << (8 * n)
					n++
				}
			}
		}
	}
	return words(all...)
}

// step reads from the end with less room, without a jump: which it is is hard
// to predict.
func (p *partition) step() {
	size, scale := p.vectors*level.bytes(), uint8(level.elem)
	roomLeft, roomRight, from, next := GP64(), GP64(), GP64(), GP64()
	MOVQ(p.left, roomLeft)
	SUBQ(p.below, roomLeft)
	MOVQ(p.above, roomRight)
	SUBQ(p.right, roomRight)
	MOVQ(p.left, from)
	LEAQ(at(p.left, size), next)
	SUBQ(imm(size), p.right)
	CMPQ(roomLeft, roomRight)
	CMOVQHI(p.right, from)
	CMOVQLS(next, p.left)
	LEAQ(at(p.right, size), next)
	CMOVQLS(next, p.right)
	all := make([]parted, p.vectors)
	for j := range all {
		all[j] = p.ordered(from, j*level.bytes())
	}
	for _, v := range all {
		VMOVUPD(v.key, at(p.below, 0))
		VMOVUPD(v.back, at(p.above, -level.bytes()))
		if p.values != nil {
			VMOVUPD(v.value, p.value(p.below, 0))
			VMOVUPD(v.value, p.value(p.above, -level.bytes()))
		}
		LEAQ(Mem{Base: p.below, Index: v.n, Scale: scale}, p.below)
		LEAQ(Mem{Base: p.above, Index: v.n, Scale: scale, Disp: -level.bytes()}, p.above)
	}
}

// value is where the value of the key off bytes after k lies.
func (p *partition) value(k GPVirtual, off int) Mem {
	return Mem{Base: k, Index: p.values, Scale: 1, Disp: off}
}

// parted is a vector with the lanes below the pivot first, what is stored at the
// other end with the others last (the same vector, or not), and their number.
type parted struct {
	key, back, value VecVirtual
	n                GPVirtual
}

func (p *partition) ordered(from GPVirtual, off int) parted {
	if level.elem == 4 {
		return p.orderedDwords(from, off)
	}
	v := parted{key: loaded(at(from, off)), n: GP64()}
	bits, order := GP64(), vec()
	compareInt(lessInt64, v.key, p.pivot, nil).toBits(bits)
	POPCNTL(bits.As32(), v.n.As32())
	if level.wide {
		VPMOVZXBQ(Mem{Base: p.table, Index: bits, Scale: 8}, order)
	} else {
		SHLQ(Imm(5), bits)
		VMOVDQU(Mem{Base: p.table, Index: bits, Scale: 1}, order)
	}
	v.key = permuted(v.key, order)
	v.back = v.key
	if p.values != nil {
		v.value = permuted(p.value(from, off), order)
	}
	return v
}

func permuted(from Op, order VecVirtual) VecVirtual {
	v := vec()
	if level.wide {
		VPERMPD(from, order, v)
	} else {
		VPERMD(from, order, v)
	}
	return v
}
