package kernels

// element are the types of elements.
type element interface {
	int32 | int64 | float32 | float64
}

// word are the types that elements are moved as.
type word interface{ uint32 | uint64 }

const (
	narrow1 = blockBytes / 4 // elements a block, one input of 4-byte elements
	narrow2 = narrow1 / 2    // two such inputs
	narrow3 = narrow1 / 4    // three or four
)

// streamsOf is streams for what is written for each element of x, which may be over it.
func streamsOf[T element](dst, x []T) int {
	return streams(len(dst)*sizeOf(dst)/8, writesTo(dst, x))
}

// streamsPair is streamsOf for two inputs.
func streamsPair[T element](dst, x, y []T) int {
	apart := writesTo(dst, x)
	apart = writesTo(dst, y) && apart
	return streams(len(dst)*sizeOf(dst)/8, apart)
}
