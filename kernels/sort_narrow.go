package kernels

import (
	"math"
	"slices"
)

// SortFloat32 is [Sort] for float32: the order of the bits is the same total one.
func SortFloat32(x []float32) { ascendingFloat32.sort(integers32Of(x)) }

// SortFloat32Descending is [SortDescending] for float32.
func SortFloat32Descending(x []float32) { descendingFloat32.sort(integers32Of(x)) }

// SortInt32 sorts x in place, as [Sort] does.
func SortInt32(x []int32) { ascendingInt32.sort(x) }

// SortInt32Descending sorts x in place, the largest first.
func SortInt32Descending(x []int32) { descendingInt32.sort(x) }

// dwordOrder is an order of elements of 4 bytes: how they become integers that are
// in this order, so that one sort serves all. Some bits are flipped, and then
// float32 become integers by the rules of [Sort]. See also flip.go.
type dwordOrder struct {
	floats bool
	flip   int32
}

var (
	ascendingFloat32  = dwordOrder{floats: true}
	descendingFloat32 = dwordOrder{floats: true, flip: math.MinInt32}
	ascendingInt32    = dwordOrder{}
	descendingInt32   = dwordOrder{flip: -1}
)

// opFlipKeys is the operation of keysDwords that follows those of keys.
const opFlipKeys = opTieKeys + 1

// toKeys turns elements into integers of their order.
func (o dwordOrder) toKeys(x []int32) {
	switch {
	case o.floats:
		keysDwords(opToKeys, x, x, o.flip)
	case o.flip != 0:
		keysDwords(opFlipKeys, x, x, o.flip)
	}
}

// fromKeys turns them back.
func (o dwordOrder) fromKeys(x []int32) {
	switch {
	case o.floats:
		keysDwords(opFromKeys, x, x, o.flip)
	case o.flip != 0:
		keysDwords(opFlipKeys, x, x, o.flip)
	}
}

// keysDwords is keys for elements of 4 bytes, whose bits are flipped first, or last
// on the way back.
func keysDwords(op int, dst, x []int32, flip int32) {
	for len(dst) > 0 {
		giveWay(len(dst))
		n := min(len(dst), narrow2)
		switch active {
		case levelAVX512:
			keysDwordsAVX512(op, &dst[0], x[:n], flip, 0)
		case levelAVX2:
			keysDwordsAVX2(op, &dst[0], x[:n], flip, 0)
		default:
			keysDwordsGo(op, dst[:n], x[:n], flip)
		}
		dst, x = dst[n:], x[n:]
	}
}

// negativeNaNs32 is how many bit patterns of float32 are NaN and have the sign.
const negativeNaNs32 = 1<<23 - 1

func keysDwordsGo(op int, dst, x []int32, flip int32) {
	for i, v := range x {
		switch op {
		case opToKeys:
			dst[i] = inOrder32(v^flip) - negativeNaNs32
		case opFromKeys:
			dst[i] = inOrder32(v+negativeNaNs32) ^ flip
		case opTieKeys:
			dst[i] = inOrder32(tied32(v^flip)) - negativeNaNs32
		default:
			dst[i] = v ^ flip
		}
	}
}

// tied32 is tied for float32.
func tied32(v int32) int32 {
	f := math.Float32frombits(uint32(v)) + 0
	if f != f {
		return 0x7fc << 20
	}
	return int32(math.Float32bits(f))
}

// inOrder32 is inOrder for float32.
func inOrder32(v int32) int32 { return v ^ int32(uint32(v>>31)>>1) }

// sort sorts by way of keys, which are turned back piece by piece, in the cache.
func (o dwordOrder) sort(x []int32) {
	o.toKeys(x)
	if active == levelGo {
		slices.Sort(x)
		o.fromKeys(x)
		return
	}
	o.sortKeys(x, mostParts(len(x)))
}

// sortKeys is that of 8 bytes.
func (o dwordOrder) sortKeys(x []int32, parts int) {
	few := fewDwords()
	for ; len(x) > few; parts-- {
		if parts == 0 {
			slices.Sort(x)
			o.fromKeys(x)
			return
		}
		pivot := middlingDword(x)
		n := partitionDwords(x, pivot)
		if n == 0 { // the pivot is the least: its equals go to the front
			if pivot < math.MaxInt32 {
				n = partitionDwords(x, pivot+1)
			} else {
				n = len(x)
			}
			o.fromKeys(x[:n])
			x = x[n:]
			continue
		}
		if 2*n < len(x) {
			o.sortKeys(x[:n], parts-1)
			x = x[n:]
		} else {
			o.sortKeys(x[n:], parts-1)
			x = x[:n]
		}
	}
	sortFewDwords(x)
	o.fromKeys(x)
}

// fewDwords is how many keys are sorted in registers.
func fewDwords() int {
	if active == levelAVX512 {
		return 256
	}
	return 64
}

func sortFewDwords(x []int32) {
	switch {
	case len(x) < 2:
	case active == levelAVX512:
		sortFewDwordsAVX512(&x[0], len(x))
	case active == levelAVX2:
		sortFewDwordsAVX2(&x[0], len(x))
	default:
		slices.Sort(x)
	}
}

// middlingDword is middling for more than 64 elements.
func middlingDword(x []int32) int32 {
	var sample [64]int32
	some := sample[:]
	if len(x) < 4096 {
		some = sample[:16]
	}
	step := len(x) / len(some)
	for i := range some {
		some[i] = x[i*step+step/2]
	}
	sortFewDwords(some)
	return some[len(some)/2]
}

// partitionDwords is partition for elements of 4 bytes, with twice as many a step.
func partitionDwords(x []int32, pivot int32) int {
	giveWayIf(len(x), pieceElems)
	if active == levelGo {
		return partitionGo(x, pivot)
	}
	const mostStep = 64
	var aside [3 * mostStep]int32
	step := mostStep
	if active == levelAVX2 {
		step = mostStep / 2
	}
	n := copy(aside[:], x[:step])
	n += copy(aside[n:], x[len(x)-step:])
	at := [4]int{step, len(x) - step, 0, len(x)} // to be read from, to; written up to, from
	for at[1]-at[0] >= step {
		safepoint()
		if active == levelAVX512 {
			partitionDwordsAVX512(&x[0], &at[0], pivot, narrow1/step)
		} else {
			partitionDwordsAVX2(&x[0], &at[0], pivot, narrow1/step)
		}
	}
	n += copy(aside[n:], x[at[0]:at[1]])
	return partitionRest(x, aside[:n], pivot, at[2], at[3])
}
