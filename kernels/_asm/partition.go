package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// parting moves the elements below a pivot to the front and the others to the
// back: a step of some vectors at a time, from the end that has less room before
// what was not read yet. Each vector is ordered, those below the pivot first, and
// stored whole at both ends; what does not belong there lies in the room, and is
// written over. There is room for that: both ends together always have two steps.
//
// Which end the next step is read from is known only when this one is counted, and
// all of it has to be waited for: so steps are long.
func parting() {
	routine("partition", "func(x *int64, at *int, pivot int64, steps int)", partsSteps...)
	(&partition{vectors: stepVectors()}).emit("x")
	routine("partitionAside", "func(x *int64, at *int, pivot int64, some *int64)", partsAside...)
	(&partition{}).emitAside("x")
}

// stepVectors is half of what the networks sort, at most: a partition has two steps.
func stepVectors() int { return pick(8, 4) }

var (
	partsSteps = []string{"moves at most so many steps of elements below the pivot to the front and of", "others to the back: see partition."}
	partsAside = []string{"writes vectors of elements that were set aside, those below the pivot to the", "front of the room and others to its back, while there is room for two: see partition."}
)

func partingPairs() {
	routine("partitionPairs", "func(keys *int64, values *int64, at *int, pivot int64, steps int)",
		"is partition for pairs: the values go where their keys go.")
	p := &partition{vectors: stepVectors(), values: distance("values", "keys")}
	p.from = p.values
	p.emit("keys")
	routine("partitionAsidePairs", "func(keys *int64, values *int64, at *int, pivot int64, some *int64, someValues *int64)",
		"is partitionAside for pairs.")
	p = &partition{values: distance("values", "keys"), from: distance("someValues", "some")}
	p.emitAside("keys")
}

// distance is how far one parameter lies behind another.
func distance(name, behind string) GPVirtual {
	d := word(name)
	SUBQ(word(behind), d)
	return d
}

type partition struct {
	vectors                   int // of a step
	left, right, below, above GPVirtual
	table                     GPVirtual
	pivot                     VecVirtual
	values, from              GPVirtual // how far they lie behind the keys, if there are some: to be written, to be read
}

func (p *partition) emit(name string) {
	steps := word("steps")
	p.begin()
	ends := []*GPVirtual{&p.left, &p.right, &p.below, &p.above}
	p.ends(name, 0, ends...)
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
	p.save(name, 0, ends...)
	done()
}

// emitAside takes a vector after the other, as long as what it writes at one end
// leaves what it writes at the other alone.
func (p *partition) emitAside(name string) {
	some := word("some")
	p.begin()
	p.ends(name, 2, &p.below, &p.above)
	room := GP64()
	more, end := fresh("more"), fresh("end")
	Label(more)
	MOVQ(p.above, room)
	SUBQ(p.below, room)
	CMPQ(room, imm(2*level.bytes()))
	JB(LabelRef(end))
	p.place(p.load(some, 0))
	ADDQ(imm(level.bytes()), some)
	JMP(LabelRef(more))
	Label(end)
	p.save(name, 2, &p.below, &p.above)
	done()
}

// begin loads what does not change.
func (p *partition) begin() {
	if level.elem == 4 {
		p.pivot = broadcastDword("pivot")
	} else {
		p.pivot = vec()
		VPBROADCASTQ(address(Param("pivot")), p.pivot)
	}
	p.table = GP64()
	LEAQ(p.orders(), p.table)
}

// ends makes addresses of the places from the i-th on.
func (p *partition) ends(name string, i int, ends ...*GPVirtual) {
	x, places := word(name), word("at")
	for j, e := range ends {
		*e = GP64()
		MOVQ(at(places, 8*(i+j)), *e)
		LEAQ(Mem{Base: x, Index: *e, Scale: uint8(level.elem)}, *e)
	}
}

// save makes places of the addresses again.
func (p *partition) save(name string, i int, ends ...*GPVirtual) {
	x, places := word(name), word("at")
	for j, e := range ends {
		SUBQ(x, *e)
		SHRQ(Imm(level.shift()), *e)
		MOVQ(*e, at(places, 8*(i+j)))
	}
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
	size := p.vectors * level.bytes()
	roomLeft, roomRight, from, next := GP64(), GP64(), GP64(), GP64()
	MOVQ(p.left, roomLeft)
	SUBQ(p.below, roomLeft)
	MOVQ(p.above, roomRight)
	SUBQ(p.right, roomRight)
	// What comes next at this end is asked for: the processor's prefetchers stop at the
	// end of a page, and do worse downwards.
	ahead, back := fetchAhead(), GP64()
	MOVQ(ahead, back)
	NEGQ(back)
	MOVQ(p.left, from)
	LEAQ(at(p.left, size), next)
	SUBQ(imm(size), p.right)
	CMPQ(roomLeft, roomRight)
	CMOVQHI(p.right, from)
	CMOVQHI(back, ahead)
	CMOVQLS(next, p.left)
	LEAQ(at(p.right, size), next)
	CMOVQLS(next, p.right)
	prefetch(from, ahead, size)
	if p.values != nil {
		ADDQ(p.values, ahead)
		prefetch(from, ahead, size)
	}
	all := make([]pair, p.vectors)
	for j := range all {
		all[j] = p.load(from, j*level.bytes())
	}
	for _, v := range all {
		p.place(v)
	}
}

// pair is a vector of keys, and that of their values if there are some.
type pair struct{ key, value VecVirtual }

// load reads what lies off bytes behind a place: all of a step is read before it is written.
func (p *partition) load(from GPVirtual, off int) pair {
	v := pair{key: loaded(at(from, off))}
	if p.values != nil {
		v.value = loaded(value(from, p.from, off))
	}
	return v
}

// place writes a vector at both ends, in order.
func (p *partition) place(in pair) {
	v := p.ordered(in)
	VMOVUPD(v.key, at(p.below, 0))
	VMOVUPD(v.back, at(p.above, -level.bytes()))
	if p.values != nil {
		VMOVUPD(v.value, value(p.below, p.values, 0))
		VMOVUPD(v.value, value(p.above, p.values, -level.bytes()))
	}
	LEAQ(Mem{Base: p.below, Index: v.n, Scale: uint8(level.elem)}, p.below)
	LEAQ(Mem{Base: p.above, Index: v.n, Scale: uint8(level.elem), Disp: -level.bytes()}, p.above)
}

// value is where the value of the key off bytes after k lies.
func value(k, behind GPVirtual, off int) Mem {
	return Mem{Base: k, Index: behind, Scale: 1, Disp: off}
}

// parted is a vector with the lanes below the pivot first, what is stored at the
// other end with the others last (the same vector, or not), and their number.
type parted struct {
	key, back, value VecVirtual
	n                GPVirtual
}

func (p *partition) ordered(in pair) parted {
	if level.elem == 4 {
		return p.orderedDwords(in.key)
	}
	v := parted{n: GP64()}
	bits, order := GP64(), vec()
	compareInt(lessInt64, in.key, p.pivot, nil).toBits(bits)
	POPCNTL(bits.As32(), v.n.As32())
	if level.wide {
		VPMOVZXBQ(Mem{Base: p.table, Index: bits, Scale: 8}, order)
	} else {
		SHLQ(Imm(5), bits)
		VMOVDQU(Mem{Base: p.table, Index: bits, Scale: 1}, order)
	}
	v.key = permuted(in.key, order)
	v.back = v.key
	if p.values != nil {
		v.value = permuted(in.value, order)
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
