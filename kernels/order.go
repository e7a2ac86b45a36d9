package kernels

import "math"

// order is an order of elements: how they become integers that are in this order,
// its keys, so that one sort serves all. Some bits are flipped (see flip.go), and
// then floating-point numbers become integers by the rules of [Sort].
type order[K key] struct {
	floats bool
	flip   K
}

var (
	ascendingFloat64  = order[int64]{floats: true}
	descendingFloat64 = order[int64]{floats: true, flip: flipNegative}
	ascendingInt64    = order[int64]{}
	descendingInt64   = order[int64]{flip: flipDescending}
	ascendingUint64   = order[int64]{flip: flipUnsigned}
	descendingUint64  = order[int64]{flip: flipUnsignedDescending}

	ascendingFloat32  = order[int32]{floats: true}
	descendingFloat32 = order[int32]{floats: true, flip: math.MinInt32}
	ascendingInt32    = order[int32]{}
	descendingInt32   = order[int32]{flip: -1}
)

// The operations of keys, in the order of the assembly.
const (
	opToKeys   = iota // integers in the order of Sort
	opFromKeys        // and back
	opTieKeys         // integers in the order of ArgSort
	opFlipKeys        // no more than the bits that are flipped
)

// toKeys turns elements into keys.
func (o order[K]) toKeys(x []K) {
	switch {
	case o.floats:
		keys(opToKeys, x, x, o.flip)
	case o.flip != 0:
		keys(opFlipKeys, x, x, o.flip)
	}
}

// fromKeys turns them back.
func (o order[K]) fromKeys(x []K) {
	switch {
	case o.floats:
		keys(opFromKeys, x, x, o.flip)
	case o.flip != 0:
		keys(opFlipKeys, x, x, o.flip)
	}
}

// keys writes integers to sort by. Those of the negative NaN would be the
// least; all are moved down, so that they wrap to the end. Bits are flipped first,
// or last on the way back.
func keys[K key](op int, dst, x []K, flip K) {
	most := blockBytes / 2 / sizeOf(x)
	var p pace
	for len(dst) > 0 {
		n := p.next(len(dst), most)
		switch {
		case active == levelGo:
			keysGo(op, dst[:n], x[:n], flip)
		case eightBytes[K]() && active == levelAVX512:
			keysAVX512(op, &wideKeys(dst)[0], &wideKeys(x[:n])[0], int64(flip), n, 0)
		case eightBytes[K]():
			keysAVX2(op, &wideKeys(dst)[0], &wideKeys(x[:n])[0], int64(flip), n, 0)
		case active == levelAVX512:
			keysDwordsAVX512(op, &narrowKeys(dst)[0], &narrowKeys(x[:n])[0], int32(flip), n, 0)
		default:
			keysDwordsAVX2(op, &narrowKeys(dst)[0], &narrowKeys(x[:n])[0], int32(flip), n, 0)
		}
		dst, x = dst[n:], x[n:]
	}
}

func keysGo[K key](op int, dst, x []K, flip K) {
	for i, v := range x {
		switch op {
		case opToKeys:
			dst[i] = keyOf(v ^ flip)
		case opFromKeys:
			dst[i] = inOrder(v+negativeNaNs[K]()) ^ flip
		case opTieKeys:
			dst[i] = keyOf(tied(v ^ flip))
		default:
			dst[i] = v ^ flip
		}
	}
}

// keyOf returns the key of the bits of a floating-point number.
func keyOf[K key](v K) K { return inOrder(v) - negativeNaNs[K]() }

// inOrder turns the bits of a floating-point number into an integer of the same
// order, and back.
func inOrder[K key](v K) K {
	if eightBytes[K]() {
		return v ^ K(uint64(int64(v)>>63)>>1)
	}
	return v ^ K(uint32(int32(v)>>31)>>1)
}

// negativeNaNs is how many bit patterns are NaN and have the sign.
func negativeNaNs[K key]() K {
	mantissa := 23
	if eightBytes[K]() {
		mantissa = 52
	}
	return K(1)<<mantissa - 1
}

// tied returns the same bits for all NaN, and for both zeros.
func tied[K key](v K) K {
	if eightBytes[K]() {
		return K(tied64(int64(v)))
	}
	return K(tied32(int32(v)))
}

func tied64(v int64) int64 {
	f := math.Float64frombits(uint64(v)) + 0
	if f != f {
		return 0x7ff8 << 48
	}
	return int64(math.Float64bits(f))
}

func tied32(v int32) int32 {
	f := math.Float32frombits(uint32(v)) + 0
	if f != f {
		return 0x7fc << 20
	}
	return int32(math.Float32bits(f))
}
