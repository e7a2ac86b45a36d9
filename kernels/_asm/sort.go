package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// network sorts up to 128 numbers (32 by AVX2) in registers, by Batcher's
// bitonic network on a power of two of vectors.
func network() {
	routine("sortFew", "func(x *int64, n int)", "sorts the first n elements, at most fewKeys.")
	s := &sorter{x: GP64()}
	Load(Param("x"), s.x)
	s.emit(pick(16, 8))
}

// networkPairs has half as many registers for keys.
func networkPairs() {
	routine("sortFewPairs", "func(keys *int64, values *int64, n int)",
		"sorts the first n pairs, at most fewPairs, whose keys are less than the", "largest integer.")
	s := &sorter{x: GP64(), values: GP64()}
	Load(Param("keys"), s.x)
	Load(Param("values"), s.values)
	s.emit(pick(8, 4))
}

type sorter struct {
	x, values GPVirtual // no values if they are nil
	n         VecVirtual
	v, w      []VecVirtual
	masks     map[uint64]OpmaskVirtual
}

// emit writes a network for each power of two of vectors.
func (s *sorter) emit(most int) {
	n := GP64()
	Load(Param("n"), n)
	if level.elem == 4 {
		s.n = broadcastDwordOf(n)
	} else {
		s.n = broadcastInt(n)
	}
	end := fresh("sorted")
	for vectors := 1; vectors <= most; vectors *= 2 {
		next := fresh("more")
		if vectors < most {
			CMPQ(n, imm(vectors*level.lanes))
			JA(LabelRef(next))
		}
		s.sort(vectors)
		if vectors < most {
			JMP(LabelRef(end))
			Label(next)
		}
	}
	Label(end)
	done()
}

// present returns the lanes of vector j that there are.
func (s *sorter) present(j int) *mask {
	if level.elem == 4 {
		return s.presentDwords(j)
	}
	numbers := make([]uint64, level.lanes)
	for i := range numbers {
		numbers[i] = uint64(j*level.lanes + i)
	}
	if level.wide {
		k := K()
		VPCMPQ(Imm(6), words(numbers...), s.n, k) // n > number
		return &mask{k: k}
	}
	m := vec()
	VPCMPGTQ(words(numbers...), s.n, m)
	return &mask{vec: m}
}

func (s *sorter) sort(vectors int) {
	s.masks = map[uint64]OpmaskVirtual{}
	s.v = s.load(s.x, vectors)
	if s.values != nil {
		s.w = s.load(s.values, vectors)
	}
	for run := 2; run <= vectors*level.lanes; run *= 2 {
		for distance := run / 2; distance > 0; distance /= 2 {
			if distance >= level.lanes {
				s.across(run/level.lanes, distance/level.lanes)
			} else {
				s.within(run, distance)
			}
		}
	}
	s.store(s.x, s.v)
	if s.values != nil {
		s.store(s.values, s.w)
	}
}

// load reads so many vectors, of which the second half may not be whole.
func (s *sorter) load(x GPVirtual, vectors int) (all []VecVirtual) {
	for j := range vectors {
		if j < vectors/2 {
			all = append(all, loaded(at(x, j*level.bytes())))
			continue
		}
		from := GP64()
		LEAQ(at(x, j*level.bytes()), from)
		all = append(all, s.present(j).loadOr(from, s.padding()))
	}
	return all
}

func (s *sorter) store(x GPVirtual, all []VecVirtual) {
	for j, v := range all {
		to := at(x, j*level.bytes())
		if j < len(all)/2 {
			VMOVUPD(v, to)
		} else {
			s.present(j).store(v, to)
		}
	}
}

// padding is behind all numbers.
func (s *sorter) padding() VecVirtual {
	if level.elem == 4 {
		return dwordPadding()
	}
	return loaded(splat(math.MaxInt64))
}

// across compares whole vectors; runs and distances are in vectors. Runs of
// every second number go down.
func (s *sorter) across(run, distance int) {
	for i := range s.v {
		j := i ^ distance
		if j < i {
			continue
		}
		low, high := i, j
		if i&run != 0 {
			low, high = j, i
		}
		if s.values == nil {
			s.v[low], s.v[high] = minMaxOf(s.v[i], s.v[j])
		} else {
			greater := compareInt(greaterInt64, s.v[low], s.v[high], nil)
			s.v[low], s.v[high] = swapped(s.v[low], s.v[high], greater)
			s.w[low], s.w[high] = swapped(s.w[low], s.w[high], greater)
		}
	}
}

// swapped changes the lanes that are hit.
func swapped(a, b VecVirtual, h hits) (VecVirtual, VecVirtual) {
	return blend(h, b, a), blend(h, a, b)
}

// blend returns the lanes of a that are hit, and the others of b.
func blend(h hits, a, b VecVirtual) VecVirtual {
	if level.wide {
		v := loaded(b)
		VMOVAPD(a, h.k, v)
		return v
	}
	v := vec()
	VBLENDVPD(h.v, a, b, v)
	return v
}

func minMaxOf(a, b VecVirtual) (low, high VecVirtual) {
	if level.elem == 4 {
		return minMaxOfDwords(a, b)
	}
	low, high = vec(), vec()
	if level.wide {
		VPMINSQ(a, b, low)
		VPMAXSQ(a, b, high)
		return low, high
	}
	greater := vec()
	VPCMPGTQ(b, a, greater)
	VBLENDVPD(greater, b, a, low)
	VBLENDVPD(greater, a, b, high)
	return low, high
}

// within compares the lanes of each vector.
func (s *sorter) within(run, distance int) {
	for i, v := range s.v {
		other, set := partners(v, distance), larger(i, run, distance)
		if s.values == nil {
			s.v[i] = s.choose(v, other, set)
			continue
		}
		h := s.takes(v, other, set)
		s.v[i], s.w[i] = blend(h, other, v), blend(h, partners(s.w[i], distance), s.w[i])
	}
}

// partners puts each lane where the one that it is compared with was.
func partners(v VecVirtual, distance int) VecVirtual {
	if level.elem == 4 {
		return dwordPartners(v, distance)
	}
	other := vec()
	switch distance {
	case 1:
		VPERMILPD(Imm(uint64(pick(0x55, 5))), v, other)
	case 2:
		VPERMPD(Imm(0x4E), v, other)
	default:
		VSHUFF64X2(Imm(0x4E), v, v, other)
	}
	return other
}

// takes says which lanes get the pair of their partner: neither of two with
// equal keys, or one pair would be lost.
func (s *sorter) takes(v, other VecVirtual, larger uint64) hits {
	if level.wide {
		k := K()
		VPCMPQ(Imm(6), other, v, k) // v > other
		KXORB(s.lanes(larger), k, k)
		VPCMPQ(Imm(4), other, v, k, k) // and not equal
		return hits{k: k}
	}
	up, down := vec(), vec()
	VPCMPGTQ(v, other, up)
	VPCMPGTQ(other, v, down)
	VBLENDPD(Imm(larger), up, down, down)
	return hits{v: down}
}

// larger returns the lanes of vector i that get the larger number.
func larger(i, run, distance int) (set uint64) {
	for lane := range level.lanes {
		up, down := lane&distance != 0, (i*level.lanes+lane)&run != 0
		if up != down {
			set |= 1 << lane
		}
	}
	return set
}

func (s *sorter) choose(v, other VecVirtual, larger uint64) VecVirtual {
	if level.elem == 4 {
		return s.chooseDwords(v, other, larger)
	}
	result := vec()
	if level.wide {
		VPMINSQ(other, v, result)
		VPMAXSQ(other, v, s.lanes(larger), result)
		return result
	}
	lanes := make([]uint64, level.lanes)
	for i := range lanes {
		lanes[i] = -(larger >> i & 1)
	}
	VPCMPGTQ(other, v, result)
	VPXOR(words(lanes...), result, result)
	VBLENDVPD(result, other, v, result)
	return result
}

func (s *sorter) lanes(set uint64) OpmaskVirtual {
	if k, ok := s.masks[set]; ok {
		return k
	}
	bits, k := GP32(), K()
	MOVL(U32(set), bits)
	if level.elem == 4 {
		KMOVW(bits, k)
	} else {
		KMOVB(bits, k)
	}
	s.masks[set] = k
	return k
}
