package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// probe is a pass over keys that looks at the buckets in which each may be. All
// keys of a bucket are compared at once,
// so there is a jump a bucket, not a key.
type probe struct {
	codes, keys, places, buckets GPVirtual
	i, n                         GPVirtual // key number i of n
	b                            GPVirtual // the bucket that is looked at
	bits, count                  GPVirtual // its keys that are equal, how many it has
	tries, most                  GPVirtual
	key                          VecVirtual
	slots                        OpmaskVirtual // the lanes of a bucket that are keys
	top, again, end              string
}

func newProbe() *probe {
	p := &probe{codes: GP64(), places: GP64(), buckets: GP64(), i: GP64(), b: GP64(), bits: GP64(), count: GP64(), tries: GP64(), most: GP64(),
		key: vec(), top: fresh("key"), again: fresh("again"), end: fresh("end")}
	p.keys, p.n = slice("keys")
	Load(Param("codes"), p.codes)
	Load(Param("places"), p.places)
	Load(Param("buckets").Base(), p.buckets)
	if level.wide {
		p.slots = K()
		MOVL(U32(1<<bucketSlots-1), p.most.As32())
		KMOVW(p.most.As32(), p.slots)
	}
	MOVL(U32(bucketPassed), p.most.As32())
	p.fetchFirst()
	XORQ(p.i, p.i)
	return p
}

// fetchFirst asks for the buckets of the first keys.
func (p *probe) fetchFirst() {
	left, at := GP64(), GP64()
	MOVQ(I32(bucketAhead), left)
	CMPQ(left, p.n)
	CMOVQGT(p.n, left)
	while(left, 1, func() {
		MOVQ(Mem{Base: p.places, Index: left, Scale: 8, Disp: -8}, at)
		p.fetch(at)
	})
}

func (p *probe) fetch(place GPVirtual) {
	SHLQ(Imm(6), place)
	PREFETCHT0(Mem{Base: p.buckets, Index: place, Scale: 1})
}

// begin starts the work on a key: it asks for a later one's bucket, and goes to
// its first one. That ends with the bucket compared.
func (p *probe) begin() {
	Label(p.top)
	CMPQ(p.i, p.n)
	JAE(LabelRef(p.end))
	ahead := GP64()
	MOVQ(Mem{Base: p.places, Index: p.i, Scale: 8, Disp: 8 * bucketAhead}, ahead)
	p.fetch(ahead)
	MOVQ(Mem{Base: p.places, Index: p.i, Scale: 8}, p.b)
	SHLQ(Imm(6), p.b)
	ADDQ(p.buckets, p.b)
	VPBROADCASTQ(p.keyAt(), p.key)
	MOVL(U32(mostTries), p.tries.As32())
	Label(p.again)
	p.compare()
}

func (p *probe) keyAt() Mem  { return Mem{Base: p.keys, Index: p.i, Scale: 8} }
func (p *probe) codeAt() Mem { return Mem{Base: p.codes, Index: p.i, Scale: 4} }

// done ends the work on a key.
func (p *probe) done() {
	INCQ(p.i)
	JMP(LabelRef(p.top))
}

// compare sets bits, and count, which is never more than bucketPassed, whatever
// memory holds.
func (p *probe) compare() {
	if level.wide {
		k := K()
		VPCMPEQQ(at(p.b, 0), p.key, p.slots, k)
		KMOVB(k, p.bits.As32())
	} else {
		equal, last, key := vec(), GP64(), GP64()
		VPCMPEQQ(at(p.b, 0), p.key, equal)
		VMOVMSKPD(equal, p.bits.As32())
		MOVQ(p.keyAt(), key)
		XORL(last.As32(), last.As32())
		CMPQ(key, at(p.b, 32))
		SETEQ(last.As8())
		SHLL(Imm(4), last.As32())
		ORL(last.As32(), p.bits.As32())
	}
	MOVL(at(p.b, bucketCount), p.count.As32())
	CMPL(p.count.As32(), p.most.As32())
	CMOVLHI(p.most.As32(), p.count.As32())
	BZHIL(p.count.As32(), p.bits.As32(), p.bits.As32())
}

// next goes to the next bucket, after the last one to the first, unless that
// were one too many.
func (p *probe) next() {
	last, end := fresh("last"), GP64()
	DECL(p.tries.As32())
	JZ(LabelRef(last))
	ADDQ(imm(cacheLine), p.b)
	Load(Param("buckets").Len(), end)
	LEAQ(Mem{Base: p.buckets, Index: end, Scale: 8}, end)
	CMPQ(p.b, end)
	CMOVQCC(p.buckets, p.b)
	JMP(LabelRef(p.again))
	Label(last)
}

func encode() {
	routine("encode", "func(codes *uint32, keys []int64, places *int64, buckets []uint64, dense *int64, used int, room int) (done int, count int)",
		"equals encodeGo.")
	p := newProbe()
	used, dense := GP64(), GP64()
	Load(Param("used"), used)
	Load(Param("dense"), dense)
	p.begin()
	miss, full, passed := fresh("miss"), fresh("full"), fresh("passed")
	TESTL(p.bits.As32(), p.bits.As32())
	JZ(LabelRef(miss))
	TZCNTL(p.bits.As32(), p.bits.As32())
	MOVL(Mem{Base: p.b, Index: p.bits, Scale: 4, Disp: bucketCodes}, p.count.As32())
	MOVL(p.count.As32(), p.codeAt())
	p.done()
	Label(miss)
	CMPL(p.count.As32(), imm(bucketSlots))
	JAE(LabelRef(full))
	CMPQ(used, address(Param("room")))
	JAE(LabelRef(p.end))
	p.add(used, dense)
	p.done()
	Label(full)
	JNE(LabelRef(passed))
	MOVL(U32(bucketPassed), at(p.b, bucketCount))
	Label(passed)
	p.next()
	Label(p.end)
	Store(p.i, ReturnIndex(0))
	Store(used, ReturnIndex(1))
	done()
}

// add puts the key into the free slot number count.
func (p *probe) add(used, dense GPVirtual) {
	key := GP64()
	MOVQ(p.keyAt(), key)
	MOVQ(key, Mem{Base: p.b, Index: p.count, Scale: 8})
	MOVQ(key, Mem{Base: dense, Index: used, Scale: 8})
	MOVL(used.As32(), Mem{Base: p.b, Index: p.count, Scale: 4, Disp: bucketCodes})
	MOVL(used.As32(), p.codeAt())
	INCL(p.count.As32())
	MOVL(p.count.As32(), at(p.b, bucketCount))
	INCQ(used)
}

// find has one jump a bucket, for those that lead to another one: whether a key
// is there is hard to predict. The word behind the codes stands for that of no slot.
func find() {
	routine("find", "func(codes *uint32, keys []int64, places *int64, buckets []uint64) int", "equals findGo.")
	p := newProbe()
	found, none := GP64(), GP64()
	MOVQ(p.n, found)
	MOVL(U32(math.MaxUint32), none.As32())
	p.begin()
	code, slot, absent, passed := GP64(), GP64(), fresh("absent"), fresh("passed")
	XORL(imm(bucketPassed), p.count.As32())
	ORL(p.bits.As32(), p.count.As32())
	JZ(LabelRef(passed))
	MOVL(p.bits.As32(), slot.As32())
	ORL(imm(1<<bucketSlots), slot.As32())
	TZCNTL(slot.As32(), slot.As32())
	MOVL(Mem{Base: p.b, Index: slot, Scale: 4, Disp: bucketCodes}, code.As32())
	CMPL(p.bits.As32(), imm(1)) // carry if there is none
	CMOVLCS(none.As32(), code.As32())
	MOVL(code.As32(), p.codeAt())
	CMPL(p.bits.As32(), imm(1))
	SBBQ(imm(0), found)
	p.done()
	Label(passed)
	p.next()
	Label(absent)
	MOVL(none.As32(), p.codeAt())
	DECQ(found)
	p.done()
	Label(p.end)
	Store(found, ReturnIndex(0))
	done()
}
