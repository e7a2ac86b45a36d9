package kernels

import "math"

// PartialSortFloat32 is [PartialSort] for float32.
func PartialSortFloat32(x []float32, k int) { ascendingFloat32.first(integers32Of(x), k) }

// PartialSortInt32 is [PartialSort] for int32.
func PartialSortInt32(x []int32, k int) { ascendingInt32.first(x, k) }

// TopKFloat32 is [TopK] for float32.
func TopKFloat32(x []float32, k int) { descendingFloat32.first(integers32Of(x), k) }

// TopKInt32 is [TopK] for int32.
func TopKInt32(x []int32, k int) { descendingInt32.first(x, k) }

// first moves the k elements that come first in this order to the front of x.
func (o dwordOrder) first(x []int32, k int) {
	k = someOf(k, len(x))
	o.toKeys(x)
	smallestDwords(x, k)
	SortInt32(x[:k])
	o.fromKeys(x)
}

// smallestDwords is smallest for elements of 4 bytes.
func smallestDwords(x []int32, k int) {
	for parts := mostParts(len(x)); k > 0 && k < len(x); parts-- {
		if parts == 0 || len(x) <= 2*fewToSelect {
			SortInt32(x)
			return
		}
		pivot := middlingDword(x)
		n := partitionDwords(x, pivot)
		switch {
		case n == 0 && pivot == math.MaxInt32:
			return
		case n == 0: // the pivot is the least: its equals go to the front
			n = partitionDwords(x, pivot+1)
			x, k = x[n:], k-n
		case k <= n:
			x = x[:n]
		default:
			x, k = x[n:], k-n
		}
	}
}
