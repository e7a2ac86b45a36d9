package kernels

import (
	"cmp"
	"slices"
)

// ArgSortFloat32 is [ArgSort] for float32, without scratch memory: key and place
// fit into one integer, and those integers are sorted in idx.
//
// Preconditions; else it panics before anything is written:
//   - len(idx) == len(x);
//   - they share no memory.
func ArgSortFloat32(idx []int64, x []float32) {
	packedPlaces(ascendingFloat32, idx, integers32Of(x), mostPacked)
}

// ArgSortFloat32Descending is [ArgSortDescending] for float32, by the rules of
// [ArgSortFloat32].
func ArgSortFloat32Descending(idx []int64, x []float32) {
	packedPlaces(descendingFloat32, idx, integers32Of(x), mostPacked)
}

// ArgSortInt32 is [ArgSortFloat32] for int32.
func ArgSortInt32(idx []int64, x []int32) { packedPlaces(ascendingInt32, idx, x, mostPacked) }

// ArgSortInt32Descending is [ArgSortFloat32Descending] for int32.
func ArgSortInt32Descending(idx []int64, x []int32) {
	packedPlaces(descendingInt32, idx, x, mostPacked)
}

// mostPacked is how many elements have places of 32 bits: 16 GiB of them.
const mostPacked = 1 << 32

// packedPlaces writes the places in this order. More elements than can be packed are
// compared one by one.
func packedPlaces(o order[int32], idx []int64, x []int32, most uint64) {
	sameLength(len(idx), len(x))
	if overlap(idx, x) {
		panic("kernels: slices overlap")
	}
	if uint64(len(x)) > most {
		placesOfMany(o, idx, x)
		return
	}
	pack(o, idx, x)
	SortInt64(idx)
	for i, v := range idx {
		idx[i] = v & (mostPacked - 1)
	}
}

// pack writes the key of each element above its place.
func pack(o order[int32], idx []int64, x []int32) {
	op := opFlipKeys
	if o.floats {
		op = opTieKeys
	}
	var buffer [widened]int32
	for at := 0; at < len(x); at += widened {
		part := x[at:min(at+widened, len(x))]
		k, to := buffer[:len(part)], idx[at:at+len(part)]
		keys(op, k, part, o.flip)
		for i, v := range k {
			to[i] = int64(v)<<32 | int64(at+i)
		}
	}
}

func placesOfMany(o order[int32], idx []int64, x []int32) {
	for i := range idx {
		idx[i] = int64(i)
	}
	slices.SortFunc(idx, func(a, b int64) int {
		if c := cmp.Compare(keyAt(o, x, a), keyAt(o, x, b)); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
}

// keyAt returns the integer that stands for an element; others may write to the
// places meanwhile.
func keyAt(o order[int32], x []int32, at int64) int32 {
	if uint64(at) >= uint64(len(x)) {
		return 0
	}
	v := x[at] ^ o.flip
	if o.floats {
		return keyOf(tied(v))
	}
	return v
}
