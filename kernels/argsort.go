package kernels

import (
	"cmp"
	"math"
	"slices"
)

// ArgSort writes the places of the elements of x in sorted order, so that [Take]
// with idx sorts x and any other column with it. It is stable: equal elements
// come in the order of their places. All NaN are equal and come last; a -0 equals
// a +0.
//
// keys is scratch memory: afterwards it holds integers in the order of the
// elements. The assembly sorts pairs as [Sort] does keys, and then the places of
// equal keys.
//
// Preconditions; else it panics before anything is written:
//   - len(idx) == len(x) == len(keys);
//   - the three share no memory.
func ArgSort(idx []int64, x []float64, keys []int64) {
	apartPairs(idx, integersOf(x), keys)
	tieKeys(keys, integersOf(x))
	argSort(idx, keys)
}

// ArgSortInt64 is [ArgSort] for integers.
func ArgSortInt64(idx, x, keys []int64) {
	apartPairs(idx, x, keys)
	var p pace
	for at := 0; at < len(x); at += block2 {
		p.spend(block2, lookElems)
		copy(keys[at:], x[at:min(at+block2, len(x))])
	}
	argSort(idx, keys)
}

func apartPairs(idx, x, keys []int64) {
	sameLength(len(idx), len(x))
	sameLength(len(keys), len(x))
	if overlap(idx, x) || overlap(idx, keys) || overlap(keys, x) {
		panic("kernels: slices overlap")
	}
}

func tieKeys(dst, x []int64) { keys(opTieKeys, dst, x, 0) }

// argSort sorts keys and gives the places that they had.
func argSort(idx, keys []int64) {
	for i := range idx {
		idx[i] = int64(i)
	}
	if active == levelGo {
		argSortGo(idx, keys)
		return
	}
	n := len(keys)
	if last, ok := MaxInt64(keys); ok && last == math.MaxInt64 {
		n = partitionPairs(keys, idx, last) // the networks need a key that is behind all others
	}
	sortPairs(keys[:n], idx[:n], mostParts(n))
	sortTies(keys, idx)
}

// argSortGo leaves the keys where they are until the end.
func argSortGo(idx, keys []int64) {
	slices.SortFunc(idx, func(a, b int64) int {
		if c := cmp.Compare(keys[a], keys[b]); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	slices.Sort(keys)
}

// sortTies sorts the places of equal keys.
func sortTies(keys, idx []int64) {
	for from, i := 0, 1; i <= len(keys); i++ {
		if i < len(keys) && keys[i] == keys[i-1] {
			continue
		}
		if i-from > 1 {
			SortInt64(idx[from:i])
		}
		from = i
	}
}

// fewPairs is how many pairs are sorted in registers.
func fewPairs() int {
	if active == levelAVX512 {
		return 64
	}
	return 16
}

// sortPairs is sortKeys for pairs.
func sortPairs(keys, idx []int64, parts int) {
	few := fewPairs()
	for ; len(keys) > few; parts-- {
		if parts == 0 {
			heapSortPairs(keys, idx)
			return
		}
		pivot := middling(keys)
		n := partitionPairs(keys, idx, pivot)
		if n == 0 { // the pivot is the least: its equals go to the front
			n = partitionPairs(keys, idx, pivot+1)
			keys, idx = keys[n:], idx[n:]
			continue
		}
		if 2*n < len(keys) {
			sortPairs(keys[:n], idx[:n], parts-1)
			keys, idx = keys[n:], idx[n:]
		} else {
			sortPairs(keys[n:], idx[n:], parts-1)
			keys, idx = keys[:n], idx[:n]
		}
	}
	switch {
	case len(keys) < 2:
	case active == levelAVX512:
		sortFewPairsAVX512(&keys[0], &idx[0], len(keys))
	default:
		sortFewPairsAVX2(&keys[0], &idx[0], len(keys))
	}
}

// partitionPairs is partition for pairs, of which there may be any number: fewer than two
// steps are all set aside.
func partitionPairs(keys, idx []int64, pivot int64) int {
	giveWayAt(len(keys))
	var asideKeys, asideIdx [3 * stepWords]int64
	step := stepOf(stepWords)
	at := [4]int{0, len(keys), 0, len(keys)} // as in partition
	n := 0
	if len(keys) > 2*step {
		at[0], at[1] = step, len(keys)-step
		n = copy(asideKeys[:], keys[:step]) + copy(asideKeys[step:], keys[at[1]:])
		copy(asideIdx[:], idx[:step])
		copy(asideIdx[step:], idx[at[1]:])
		partitionPairsSteps(keys, idx, &at, pivot, step)
	}
	copy(asideIdx[n:], idx[at[0]:at[1]])
	n += copy(asideKeys[n:], keys[at[0]:at[1]])
	if n > 0 {
		partitionPairsAside(keys, idx, &at, pivot, &asideKeys[0], &asideIdx[0])
	}
	left := at[3] - at[2]
	return partitionPairsRest(keys, idx, asideKeys[n-left:n], asideIdx[n-left:n], pivot, at[2], at[3])
}

// partitionPairsSteps moves all but less than a step.
func partitionPairsSteps(keys, idx []int64, at *[4]int, pivot int64, step int) {
	for at[1]-at[0] >= step {
		safepoint()
		if active == levelAVX512 {
			partitionPairsAVX512(&keys[0], &idx[0], &at[0], pivot, block2/step)
		} else {
			partitionPairsAVX2(&keys[0], &idx[0], &at[0], pivot, block2/step)
		}
	}
}

// partitionPairsAside is partitionAside for pairs.
func partitionPairsAside(keys, idx []int64, at *[4]int, pivot int64, someKeys, someIdx *int64) {
	if active == levelAVX512 {
		partitionAsidePairsAVX512(&keys[0], &idx[0], &at[0], pivot, someKeys, someIdx)
	} else {
		partitionAsidePairsAVX2(&keys[0], &idx[0], &at[0], pivot, someKeys, someIdx)
	}
}

func partitionPairsRest(keys, idx, someKeys, someIdx []int64, pivot int64, below, above int) int {
	for i, v := range someKeys {
		keys[below], keys[above-1] = v, v
		idx[below], idx[above-1] = someIdx[i], someIdx[i]
		n := 0
		if v < pivot {
			n = 1
		}
		below += n
		above += n - 1
	}
	return below
}

// heapSortPairs sorts by a heap of the largest (Williams 1964).
func heapSortPairs(keys, idx []int64) {
	for i := len(keys)/2 - 1; i >= 0; i-- {
		siftDown(keys, idx, i)
	}
	for n := len(keys) - 1; n > 0; n-- {
		keys[0], keys[n] = keys[n], keys[0]
		idx[0], idx[n] = idx[n], idx[0]
		siftDown(keys[:n], idx, 0)
	}
}

func siftDown(keys, idx []int64, i int) {
	for {
		child := 2*i + 1
		if child >= len(keys) {
			return
		}
		if child+1 < len(keys) && keys[child] < keys[child+1] {
			child++
		}
		if keys[i] >= keys[child] {
			return
		}
		keys[i], keys[child] = keys[child], keys[i]
		idx[i], idx[child] = idx[child], idx[i]
		i = child
	}
}
