package kernels

// extreme is the search for the least or for the greatest element, for one type.
type extreme[T element] struct {
	greatest bool
	worst    T // what no element is behind
	none     T // the result where there is none
}

// ahead reports whether a is better than b.
func (e *extreme[T]) ahead(a, b T) bool {
	if e.greatest {
		return a > b
	}
	return a < b
}

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

// block searches a block, as leastGo does. It chooses the body by the type of the elements.
func (e *extreme[T]) block(x []T) (best T, piece int, nan uint64) {
	switch {
	case active == levelGo && e.greatest:
		return greatestGo(x, e.worst)
	case active == levelGo:
		return leastGo(x, e.worst)
	}
	wide := active == levelAVX512
	to := any(&best)
	switch x := any(x).(type) {
	case []float64:
		*to.(*float64), piece, nan = extremeFloat64(x, e.greatest, wide && !halves(len(x)))
	case []int64:
		*to.(*int64), piece, nan = extremeInt64(x, e.greatest, wide)
	case []float32:
		*to.(*float32), piece, nan = extremeFloat32(x, e.greatest, wide && !halves(len(x)))
	case []int32:
		*to.(*int32), piece, nan = extremeInt32(x, e.greatest, wide)
	}
	return best, piece, nan
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
	if len(x) == 0 || nan && indexNaN(x) < len(x) {
		return e.none, len(x) > 0
	}
	return best + 0, true // -0 + 0 is +0
}

// number returns the best element that is not NaN.
func (e *extreme[T]) number(x []T) (best T, ok bool) {
	best, at, nan := e.of(x)
	if (nan || len(x) == 0) && best == e.worst && indexOf(x[at:], best) == len(x)-at {
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
		if i := indexNaN(x); i < len(x) {
			return i
		}
	}
	return at + indexOf(x[at:], best)
}
