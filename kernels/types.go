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

// eachOf cuts a map of one input into blocks. The function does one of them; a
// stream of 1 tells it to store round the caches.
func eachOf[T element](dst, x []T, block func(dst, x []T, stream int)) {
	stream := streams(len(dst)*sizeOf(dst)/8, writesTo(dst, x))
	most := block2 * 8 / sizeOf(dst)
	var p pace
	for len(dst) > 0 {
		p.spend(most, lookElems)
		n := min(len(dst), most)
		block(dst[:n], x[:n], stream)
		dst, x = dst[n:], x[n:]
	}
}

// eachPair is eachOf for two inputs.
func eachPair[T element](dst, x, y []T, block func(dst, x, y []T, stream int)) {
	apart := writesTo(dst, x)
	apart = writesTo(dst, y) && apart
	stream := streams(len(dst)*sizeOf(dst)/8, apart)
	most := block3 * 8 / sizeOf(dst)
	var p pace
	for len(dst) > 0 {
		p.spend(most, lookElems)
		n := min(len(dst), most)
		block(dst[:n], x[:n], y[:n], stream)
		dst, x, y = dst[n:], x[n:], y[n:]
	}
}
