package kernels

// Merge writes the elements of a and b, which are both in the order of [Sort],
// in that order. So parts that were sorted apart become a sorted whole. It is one
// loop on every level, without a jump that depends on the data; if a or b are not
// in order, dst holds their elements in some.
//
// Preconditions; else it panics before anything is written:
//   - len(dst) == len(a) + len(b);
//   - dst shares no memory with a or b.
func Merge(dst, a, b []float64) {
	to, x, y := integersOf(dst), integersOf(a), integersOf(b)
	apartMerge(to, x, y)
	i, j := 0, 0
	for i < len(x) && j < len(y) {
		v, w, fromY := x[i], y[j], 0
		if keyOf(w) < keyOf(v) {
			v, fromY = w, 1
		}
		to[i+j] = v
		i, j = i+1-fromY, j+fromY
	}
	copyBlocks(to[i+j:], x[i:])
	copyBlocks(to[len(x)+j:], y[j:])
}

// MergeInt64 is [Merge] for integers in the order of [SortInt64].
func MergeInt64(dst, a, b []int64) {
	apartMerge(dst, a, b)
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		v, w, fromB := a[i], b[j], 0
		if w < v {
			v, fromB = w, 1
		}
		dst[i+j] = v
		i, j = i+1-fromB, j+fromB
	}
	copyBlocks(dst[i+j:], a[i:])
	copyBlocks(dst[len(a)+j:], b[j:])
}

func apartMerge[K key](dst, a, b []K) {
	sameLength(len(dst), len(a)+len(b))
	if overlap(dst, a) || overlap(dst, b) {
		panic("kernels: slices overlap")
	}
}

// copyBlocks is copy for any length, with a safepoint between two blocks: there is none
// within a copy. dst has room for all of src.
func copyBlocks[K key](dst, src []K) {
	most := blockBytes / sizeOf(src)
	var p pace
	for len(src) > most {
		copy(dst, src[:most])
		p.spend(most, lookElems)
		dst, src = dst[most:], src[most:]
	}
	copy(dst, src)
}
