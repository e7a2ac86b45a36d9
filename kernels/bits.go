package kernels

import "math/bits"

// Bits returns how many words a bit for each of n elements takes.
func Bits(n int) int { return (n + 63) / 64 }

// Compare sets bit i%64 of dst[i/64] for each element of x that compares so
// with t, and clears it for the others:
//
//	for i, v := range x { if v > t { dst[i/64] |= 1 << (i%64) } }
//
// Bits past the last element become 0.
//
// Preconditions: len(dst) == Bits(len(x)), and c is one of the constants; else
// it panics before anything is written.
func Compare(dst []uint64, x []float64, c Comparison, t float64) {
	c.check()
	sameLength(len(dst), Bits(len(x)))
	for len(x) > 0 {
		giveWay(len(x))
		part := x[:min(len(x), block1)]
		words := Bits(len(part))
		dst[words-1] = 0
		compareBlock(dst[:words], part, c, t)
		dst, x = dst[words:], x[len(part):]
	}
}

func compareBlock(dst []uint64, x []float64, c Comparison, t float64) {
	switch active {
	case levelAVX512:
		compareAVX512(&dst[0], x, int(c), t)
	case levelAVX2:
		compareAVX2(&dst[0], x, int(c), t)
	default:
		compareGo(dst, x, c, t)
	}
}

func compareGo[T element](dst []uint64, x []T, c Comparison, t T) {
	for w := range dst {
		word := uint64(0)
		for i, v := range x[64*w : min(64*w+64, len(x))] {
			bit := uint64(0)
			if holds(v, c, t) {
				bit = 1 // no jump: what is compared is hard to predict
			}
			word |= bit << i
		}
		dst[w] = word
	}
}

// CompareInt64 is [Compare] for integers.
func CompareInt64(dst []uint64, x []int64, c Comparison, t int64) {
	c.check()
	sameLength(len(dst), Bits(len(x)))
	core, opposite := c.core()
	for len(x) > 0 {
		giveWay(len(x))
		part := x[:min(len(x), block1)]
		words := Bits(len(part))
		dst[words-1] = 0
		compareInt64Block(dst[:words], part, core, t)
		if opposite {
			invert(dst[:words], len(part))
		}
		dst, x = dst[words:], x[len(part):]
	}
}

func compareInt64Block(dst []uint64, x []int64, c Comparison, t int64) {
	switch active {
	case levelAVX512:
		compareInt64AVX512(&dst[0], x, c.code(), t)
	case levelAVX2:
		compareInt64AVX2(&dst[0], x, c.code(), t)
	default:
		compareGo(dst, x, c, t)
	}
}

// invert inverts the first n bits.
func invert(words []uint64, n int) {
	for i := range words {
		words[i] = ^words[i]
	}
	if n%64 != 0 {
		words[len(words)-1] &= 1<<(n%64) - 1
	}
}

// CountBits returns how many bits of the words are set.
func CountBits(words []uint64) int {
	n := 0
	for _, w := range words {
		n += bits.OnesCount64(w)
	}
	return n
}

// bitsAt returns n bits of a mask, at most 64, from bit at on.
func bitsAt(mask []uint64, at, n int) uint64 {
	word, shift := at/64, at%64
	v := mask[word] >> shift
	if shift+n > 64 {
		v |= mask[word+1] << (64 - shift)
	}
	if n < 64 {
		v &= 1<<n - 1
	}
	return v
}

// countBitsAt returns how many of n bits of a mask are set, from bit at on.
func countBitsAt(mask []uint64, at, n int) int {
	head := min(n, (64-at%64)%64)
	set := 0
	if head > 0 {
		set = bits.OnesCount64(bitsAt(mask, at, head))
	}
	at, n = at+head, n-head
	if n == 0 {
		return set
	}
	set += CountBits(mask[at/64 : (at+n)/64])
	if rest := (at + n) % 64; rest > 0 {
		set += bits.OnesCount64(mask[(at+n)/64] & (1<<rest - 1))
	}
	return set
}
