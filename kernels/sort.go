package kernels

import (
	"math"
	"math/bits"
	"slices"
)

// Sort sorts x: -Inf first, then the finite numbers, +Inf, and NaN last. A -0
// comes before a +0, and NaN are in the order of their bits without the sign,
// those with the sign behind: a total order, so the result is the same to the bit
// on every level, and each bit pattern of x is in it as often as before. That
// makes it stable too: what is equal cannot be told apart.
//
// It sorts in place, and meanwhile x holds other numbers. The assembly is a
// quicksort that moves whole vectors, with sorting networks for what fits into
// registers (Bramas 2017; Blacher, Giesen and Kühne 2021); where pivots are bad
// too often [slices.Sort] takes over, so the time is O(n log n) whatever x holds.
// The plain-Go body is slices.Sort.
func Sort(x []float64) {
	k := integersOf(x)
	keys(opToKeys, k, k)
	if active == levelGo {
		slices.Sort(k)
		keys(opFromKeys, k, k)
		return
	}
	sortKeys(k, mostParts(len(k)), true)
}

// SortInt64 sorts x in place, as [Sort] does.
func SortInt64(x []int64) {
	if active == levelGo {
		slices.Sort(x)
		return
	}
	sortKeys(x, mostParts(len(x)), false)
}

// mostParts is how many times in a row n elements are parted at most.
func mostParts(n int) int { return 2 * bits.Len(uint(n)) }

// The operations of keys, in the order of the assembly.
const (
	opToKeys   = iota // integers in the order of Sort
	opFromKeys        // and back
	opTieKeys         // integers in the order of ArgSort
)

// keys writes integers to sort by. Those of the negative NaN would be the
// least; all are moved down, so that they wrap to the end.
func keys(op int, dst, x []int64) {
	for len(dst) > 0 {
		giveWay(len(dst))
		n := min(len(dst), block2)
		switch active {
		case levelAVX512:
			keysAVX512(op, &dst[0], x[:n], 0)
		case levelAVX2:
			keysAVX2(op, &dst[0], x[:n], 0)
		default:
			keysGo(op, dst[:n], x[:n])
		}
		dst, x = dst[n:], x[n:]
	}
}

// negativeNaNs is how many bit patterns are NaN and have the sign.
const negativeNaNs = 1<<52 - 1

func keysGo(op int, dst, x []int64) {
	for i, v := range x {
		switch op {
		case opToKeys:
			dst[i] = inOrder(v) - negativeNaNs
		case opFromKeys:
			dst[i] = inOrder(v + negativeNaNs)
		default:
			dst[i] = inOrder(tied(v)) - negativeNaNs
		}
	}
}

// tied returns the same bits for all NaN, and for both zeros.
func tied(v int64) int64 {
	f := math.Float64frombits(uint64(v)) + 0
	if f != f {
		return 0x7ff8 << 48
	}
	return int64(math.Float64bits(f))
}

// inOrder turns the bits of a float64 into an integer of the same order, and
// back.
func inOrder(v int64) int64 { return v ^ int64(uint64(v>>63)>>1) }

// fewKeys is how many keys are sorted in registers.
func fewKeys() int {
	if active == levelAVX512 {
		return 128
	}
	return 32
}

// sortKeys sorts by assembly, and turns keys back into float64 if they come from
// some. It may part x so many times in a row before the pivots are thought bad;
// that also ends the sort of an x that others write to.
func sortKeys(x []int64, parts int, floats bool) {
	few := fewKeys()
	for ; len(x) > few; parts-- {
		if parts == 0 {
			slices.Sort(x)
			sorted(x, floats)
			return
		}
		pivot := middling(x)
		n := partition(x, pivot)
		if n == 0 { // the pivot is the least: its equals go to the front
			if pivot < math.MaxInt64 {
				n = partition(x, pivot+1)
			} else {
				n = len(x)
			}
			sorted(x[:n], floats)
			x = x[n:]
			continue
		}
		if 2*n < len(x) {
			sortKeys(x[:n], parts-1, floats)
			x = x[n:]
		} else {
			sortKeys(x[n:], parts-1, floats)
			x = x[:n]
		}
	}
	sortFew(x)
	sorted(x, floats)
}

// sorted ends the sort of some keys.
func sorted(x []int64, floats bool) {
	if floats {
		keys(opFromKeys, x, x)
	}
}

func sortFew(x []int64) {
	switch {
	case len(x) < 2:
	case active == levelAVX512:
		sortFewAVX512(&x[0], len(x))
	case active == levelAVX2:
		sortFewAVX2(&x[0], len(x))
	default:
		slices.Sort(x)
	}
}

// middling returns an element near the middle of more than 32 elements in
// order.
func middling(x []int64) int64 {
	var sample [32]int64
	some := sample[:]
	if len(x) < 2048 {
		some = sample[:8]
	}
	step := len(x) / len(some)
	for i := range some {
		some[i] = x[i*step+step/2]
	}
	sortFew(some)
	return some[len(some)/2]
}

// partition moves the elements of x that are below the pivot to the front, and
// returns how many there are. It needs at least two steps of elements.
//
// Those of the first and the last step are set aside, which makes room at both
// ends for what the assembly writes; in the end there is as much room as
// elements were set aside or are left over.
func partition(x []int64, pivot int64) int {
	giveWayIf(len(x), pieceElems)
	if active == levelGo {
		return partitionGo(x, pivot)
	}
	const mostStep = 32
	var aside [3 * mostStep]int64
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
			partitionAVX512(&x[0], &at[0], pivot, block1/step)
		} else {
			partitionAVX2(&x[0], &at[0], pivot, block1/step)
		}
	}
	n += copy(aside[n:], x[at[0]:at[1]])
	return partitionRest(x, aside[:n], pivot, at[2], at[3])
}

func partitionGo[T int64 | int32](x []T, pivot T) int {
	n := 0
	for i, v := range x {
		x[i], x[n] = x[n], v // no jump: which it is is hard to predict
		if v < pivot {
			n++
		}
	}
	return n
}

// partitionRest writes some elements between two places of x, as many as there
// is room, those below the pivot first, and returns where the others begin.
func partitionRest[T int64 | int32](x, some []T, pivot T, below, above int) int {
	for _, v := range some {
		x[below], x[above-1] = v, v // no jump: which it is is hard to predict
		n := 0
		if v < pivot {
			n = 1
		}
		below += n
		above += n - 1
	}
	return below
}
