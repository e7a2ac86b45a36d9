package kernels

import (
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
func Sort(x []float64) { ascendingFloat64.sort(integersOf(x)) }

// SortInt64 sorts x in place, as [Sort] does.
func SortInt64(x []int64) { ascendingInt64.sort(x) }

// sort sorts by way of keys, which are turned back piece by piece, in the cache.
func (o order[K]) sort(x []K) {
	o.toKeys(x)
	if active == levelGo {
		slices.Sort(x)
		o.fromKeys(x)
		return
	}
	o.sortKeys(x, mostParts(len(x)))
}

// mostParts is how many times in a row n elements are parted at most.
func mostParts(n int) int { return 2 * bits.Len(uint(n)) }

// sortKeys sorts keys by assembly, and turns them back into elements. It may part x
// so many times in a row before the pivots are thought bad; that also ends the sort
// of an x that others write to.
func (o order[K]) sortKeys(x []K, parts int) {
	few, turned := fewKeys(x), o != order[K]{}
	if turned {
		few = turnedBytes / sizeOf(x)
	}
	for ; len(x) > few; parts-- {
		if parts == 0 {
			slices.Sort(x)
			o.fromKeys(x)
			return
		}
		pivot := middling(x)
		n := partition(x, pivot)
		if n == 0 { // the pivot is the least: its equals go to the front
			n = len(x)
			if next := pivot + 1; next > pivot { // it does not wrap
				n = partition(x, next)
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
	if turned {
		order[K]{}.sortKeys(x, parts)
		o.fromKeys(x)
		return
	}
	sortFew(x)
}

// turnedBytes is how much is sorted before it is turned back, within the first
// cache. Turned back by as few as are sorted in registers, integers take a
// twentieth longer.
const turnedBytes = 16 << 10

// fewKeys is how many keys are sorted in registers.
func fewKeys[K key](x []K) int {
	if active == levelAVX512 {
		return 1024 / sizeOf(x)
	}
	return 256 / sizeOf(x)
}

func sortFew[K key](x []K) {
	switch {
	case len(x) < 2:
	case active == levelGo:
		slices.Sort(x)
	case eightBytes[K]() && active == levelAVX512:
		sortFewAVX512(&wideKeys(x)[0], len(x))
	case eightBytes[K]():
		sortFewAVX2(&wideKeys(x)[0], len(x))
	case active == levelAVX512:
		sortFewDwordsAVX512(&narrowKeys(x)[0], len(x))
	default:
		sortFewDwordsAVX2(&narrowKeys(x)[0], len(x))
	}
}

// sampleWords is how much is looked at for a pivot, in words of 8 bytes.
const sampleWords = 32

// middling returns an element near the middle of more than 256 bytes of elements in
// order.
func middling[K key](x []K) K {
	var sample [sampleWords]uint64
	some := keysIn[K](sample[:])
	if len(x) < 64*len(some) {
		some = some[:len(some)/4]
	}
	step := len(x) / len(some)
	for i := range some {
		some[i] = x[i*step+step/2]
	}
	sortFew(some)
	return some[len(some)/2]
}

// stepWords is how much a step of a partition moves at most, in words of 8 bytes.
const stepWords = 64

// stepOf is how many elements a step moves, where stepWords hold so many: AVX2 has steps of a quarter.
func stepOf(most int) int {
	if active == levelAVX2 {
		return most / 4
	}
	return most
}

// partition moves the elements of x that are below the pivot to the front, and
// returns how many there are. It needs at least two steps of elements: what fewKeys
// says.
//
// Those of the first and the last step are set aside, which makes room at both
// ends for what the assembly writes; in the end there is as much room as
// elements were set aside or are left over.
func partition[K key](x []K, pivot K) int {
	giveWayAt(len(x))
	if active == levelGo {
		return partitionGo(x, pivot)
	}
	var room [3 * stepWords]uint64
	aside := keysIn[K](room[:])
	step := stepOf(len(aside) / 3)
	n := copy(aside, x[:step])
	n += copy(aside[n:], x[len(x)-step:])
	at := [4]int{step, len(x) - step, 0, len(x)} // to be read from, to; written up to, from
	most := blockBytes / sizeOf(x) / step
	for at[1]-at[0] >= step {
		safepoint()
		partitionSteps(x, &at, pivot, most)
	}
	n += copy(aside[n:], x[at[0]:at[1]])
	partitionAside(x, &at, pivot, aside)
	left := at[3] - at[2]
	return partitionRest(x, aside[n-left:n], pivot, at[2], at[3])
}

// partitionSteps does at most so many steps of a partition.
func partitionSteps[K key](x []K, at *[4]int, pivot K, most int) {
	switch {
	case eightBytes[K]() && active == levelAVX512:
		partitionAVX512(&wideKeys(x)[0], &at[0], int64(pivot), most)
	case eightBytes[K]():
		partitionAVX2(&wideKeys(x)[0], &at[0], int64(pivot), most)
	case active == levelAVX512:
		partitionDwordsAVX512(&narrowKeys(x)[0], &at[0], int32(pivot), most)
	default:
		partitionDwordsAVX2(&narrowKeys(x)[0], &at[0], int32(pivot), most)
	}
}

// partitionAside writes whole vectors of the elements that were set aside into the room.
func partitionAside[K key](x []K, at *[4]int, pivot K, aside []K) {
	switch {
	case eightBytes[K]() && active == levelAVX512:
		partitionAsideAVX512(&wideKeys(x)[0], &at[0], int64(pivot), &wideKeys(aside)[0])
	case eightBytes[K]():
		partitionAsideAVX2(&wideKeys(x)[0], &at[0], int64(pivot), &wideKeys(aside)[0])
	case active == levelAVX512:
		partitionAsideDwordsAVX512(&narrowKeys(x)[0], &at[0], int32(pivot), &narrowKeys(aside)[0])
	default:
		partitionAsideDwordsAVX2(&narrowKeys(x)[0], &at[0], int32(pivot), &narrowKeys(aside)[0])
	}
}

func partitionGo[K key](x []K, pivot K) int {
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
func partitionRest[K key](x, some []K, pivot K, below, above int) int {
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
