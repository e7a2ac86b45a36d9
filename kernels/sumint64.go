package kernels

import (
	"math"
	"math/big"
	"math/bits"
)

// Int128 is a signed 128-bit integer, Hi * 2^64 + Lo: a sum of int64 that
// cannot overflow. The zero value is 0; equal numbers are equal by ==.
type Int128 struct {
	Hi int64
	Lo uint64
}

// Int64 returns the value, and whether it fits into an int64.
func (a Int128) Int64() (int64, bool) {
	v := int64(a.Lo)
	return v, a.Hi == v>>63
}

// Float64 returns the nearest float64, exactly for an int64 that is one.
func (a Int128) Float64() float64 {
	if v, ok := a.Int64(); ok {
		return float64(v)
	}
	neg := a.Hi < 0
	hi, lo := uint64(a.Hi), a.Lo
	if neg {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	f := float128(hi, lo)
	if neg {
		return -f
	}
	return f
}

// Add returns a + b. Sums of slices never leave 128 bits.
func (a Int128) Add(b Int128) Int128 {
	lo, carry := bits.Add64(a.Lo, b.Lo, 0)
	return Int128{a.Hi + b.Hi + int64(carry), lo}
}

// String returns the value in decimal.
func (a Int128) String() string {
	v := new(big.Int).Lsh(big.NewInt(a.Hi), 64)
	return v.Add(v, new(big.Int).SetUint64(a.Lo)).String()
}

// float128 returns hi * 2^64 + lo rounded to the nearest float64.
func float128(hi, lo uint64) float64 {
	if hi == 0 {
		return float64(lo)
	}
	// The 64 leading bits, the last of them "or anything below": that rounds
	// as all 128 would, since float64 keeps 53.
	shift := bits.LeadingZeros64(hi)
	top := hi<<shift | lo>>(64-shift)
	if lo<<shift != 0 {
		top |= 1
	}
	return math.Ldexp(float64(top), 64-shift)
}

// SumInt64 returns the exact sum of x, which cannot overflow:
//
//	for _, v := range x { s = s + int128(v) }
func SumInt64(x []int64) Int128 {
	var sum Int128
	for len(x) > block1 {
		giveWay(len(x))
		sum = sum.Add(sumInt64Block(x[:block1]))
		x = x[block1:]
	}
	return sum.Add(sumInt64Block(x))
}

func sumInt64Block(x []int64) Int128 {
	switch {
	case active == levelAVX512 && dotWords:
		low, high := sumWordsAVX512(x)
		return widen(low, high)
	case active == levelAVX512:
		low, high := sumInt64AVX512(x)
		return widen(low, high)
	case active == levelAVX2:
		low, high := sumInt64AVX2(x)
		return widen(low, high)
	}
	return sumInt64Go(x)
}

func sumInt64Go(x []int64) Int128 {
	var hi int64
	var lo, carry uint64
	for _, v := range x {
		lo, carry = bits.Add64(lo, uint64(v), 0)
		hi += v>>63 + int64(carry)
	}
	return Int128{hi, lo}
}

// widen returns the sum whose low 64 bits are low, given the sum of all v>>48: of n values
// the sum lies in [high<<48, high<<48 + n<<48), which holds one number with these low bits
// if n is at most 2^16.
func widen(low uint64, high int64) Int128 {
	from := Int128{high >> 16, uint64(high) << 48}
	return from.Add(Int128{0, low - from.Lo})
}
