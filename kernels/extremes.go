package kernels

// extreme is the search for the least or for the greatest element, for one type.
// Its functions are called for blocks, not for elements.
type extreme[T element] struct {
	avx512, avx2 func(x []T) (best T, piece int, nan uint64)          // search a block, as the next does
	plain        func(x []T, worst T) (best T, piece int, nan uint64) // see leastGo
	ahead        func(a, b T) bool
	indexOf      func(x []T, v T) int
	indexNaN     func(x []T) int // not called for integers
	worst        T               // what no element is behind
	none         T               // the result where there is none
}

func below[T element](a, b T) bool { return a < b }
func above[T element](a, b T) bool { return a > b }

// pieceSize is how many elements a search for the best one takes at a time:
// only the piece that it found is searched for its place.
const pieceSize = 2048

// leastGo returns the smallest element that is not NaN, the worst if there is
// none, the start of the piece in which it stands first, and 1 if there is a NaN.
func leastGo[T element](x []T, worst T) (best T, piece int, nan uint64) {
	best = worst
	for i, v := range x {
		if v < best {
			best, piece = v, i/pieceSize*pieceSize
		}
		if v != v {
			nan = 1
		}
	}
	return best, piece, nan
}

// greatestGo is leastGo for the largest.
func greatestGo[T element](x []T, worst T) (best T, piece int, nan uint64) {
	best = worst
	for i, v := range x {
		if v > best {
			best, piece = v, i/pieceSize*pieceSize
		}
		if v != v {
			nan = 1
		}
	}
	return best, piece, nan
}

func (e *extreme[T]) block(x []T) (best T, piece int, nan uint64) {
	if active == levelAVX512 {
		return e.avx512(x)
	}
	if active == levelAVX2 {
		return e.avx2(x)
	}
	return e.plain(x, e.worst)
}

// of returns the best element that is not NaN, the worst if there is none, the
// start of a piece before which it does not stand, and whether a NaN does.
func (e *extreme[T]) of(x []T) (best T, piece int, nan bool) {
	best = e.worst
	most := blockBytes / sizeOf(x)
	for at := 0; at < len(x); at += most {
		giveWay(len(x) - at)
		v, p, seen := e.block(x[at:min(at+most, len(x))])
		if e.ahead(v, best) {
			best, piece = v, at+p
		}
		nan = nan || seen != 0
	}
	return best, piece, nan
}

// value returns the best element, or NaN if there is one.
func (e *extreme[T]) value(x []T) (best T, ok bool) {
	best, _, nan := e.of(x)
	if len(x) == 0 || nan && e.indexNaN(x) < len(x) {
		return e.none, len(x) > 0
	}
	return best + 0, true // -0 + 0 is +0
}

// number returns the best element that is not NaN.
func (e *extreme[T]) number(x []T) (best T, ok bool) {
	best, at, nan := e.of(x)
	if (nan || len(x) == 0) && best == e.worst && e.indexOf(x[at:], best) == len(x)-at {
		return e.none, false
	}
	return best + 0, true
}

// place returns the index of the first best element, or of the first NaN, and -1
// if there is none.
func (e *extreme[T]) place(x []T) int {
	if len(x) == 0 {
		return -1
	}
	best, at, nan := e.of(x)
	if nan {
		if i := e.indexNaN(x); i < len(x) {
			return i
		}
	}
	return at + e.indexOf(x[at:], best)
}
