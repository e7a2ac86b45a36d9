package kernels

import "fmt"

// FloatKeys writes keys by which float64 can be grouped and joined: equal
// numbers have equal keys, a -0 equals a +0, and all NaN are one. They are in the
// order of the numbers, NaN last.
//
// Preconditions: len(dst) == len(x), and dst begins where x begins or shares no
// memory with it; else it panics.
func FloatKeys(dst []int64, x []float64) {
	writesTo(dst, integersOf(x))
	tieKeys(dst, integersOf(x))
}

// KeyFloats turns keys of [FloatKeys] back into numbers: one of those that have
// the key. Preconditions are as there.
func KeyFloats(dst []float64, x []int64) {
	writesTo(integersOf(dst), x)
	keys(opFromKeys, integersOf(dst), x, 0)
}

// Recode replaces each code by what it is in another table:
//
//	for i, c := range codes { codes[i] = to[c] }
//
// [NoCode] stays. A code without an element is [ErrCode], and nothing is written.
func Recode(codes, to []uint32) error {
	if err := checkWide(codes, len(to), true); err != nil {
		return fmt.Errorf("kernels: recode %d codes: %w", len(codes), err)
	}
	for i, c := range codes {
		if int(c) < len(to) { // again: somebody may write to it
			codes[i] = to[c]
		}
	}
	return nil
}

// NarrowCodes writes codes below 256 as bytes, as [GroupedMoments] and the other
// kernels for few groups take them. A larger one is [ErrCode], and nothing is
// written.
//
// Preconditions: len(dst) == len(codes); else it panics.
func NarrowCodes(dst []uint8, codes []uint32) error {
	sameLength(len(dst), len(codes))
	if err := checkWide(codes, maxGroups, false); err != nil {
		return fmt.Errorf("kernels: narrow %d codes: %w", len(codes), err)
	}
	for i, c := range codes {
		dst[i] = uint8(c)
	}
	return nil
}

// checkWide returns an error if there is a code of n or more; but NoCode may be
// allowed.
func checkWide(codes []uint32, n int, none bool) error {
	largest := int64(-1)
	for _, c := range codes {
		v := int64(c)
		if none && c == NoCode {
			v = -1
		}
		largest = max(largest, v)
	}
	if largest >= int64(n) {
		return fmt.Errorf("code %d for %d groups: %w", largest, n, ErrCode)
	}
	return nil
}
