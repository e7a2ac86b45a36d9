package kernels

import (
	"errors"
	"fmt"
	"math/bits"
)

// ErrShort is what a mask without a bit for each element, and a result without
// room for what is selected, lead to.
var ErrShort = errors.New("too short")

// Filter writes the elements of x whose bit is set, in order, and returns how
// many there are:
//
//	for i, v := range x { if bit from+i of mask is set { dst[n] = v; n++ } }
//
// Bit i of a mask is bit i%64 of word i/64, as [Compare] writes it; from lets
// part of a column use the mask of the whole. dst may be x itself. Elements of
// dst behind the result may be overwritten, up to len(x). A dst with fewer
// elements than x is enough if the result fits; the bits are then counted first.
//
// It returns [ErrShort], with nothing written, if the mask ends before bit
// from+len(x), or if more bits are set than dst has elements.
//
// Preconditions; else it panics before anything is written:
//   - from is not negative;
//   - dst begins where x begins, or shares no memory with it.
func Filter(dst, x []float64, mask []uint64, from int) (int, error) {
	return filterBits(wordsOf(dst), wordsOf(x), mask, from)
}

// FilterInt64 is [Filter] for integers.
func FilterInt64(dst, x []int64, mask []uint64, from int) (int, error) {
	return filterBits(wordsOf(dst), wordsOf(x), mask, from)
}

func filterBits(dst, x, mask []uint64, from int) (int, error) {
	if overlap(dst, x) {
		sameStart(dst, x)
	}
	if err := roomFor(len(dst), len(x), mask, from); err != nil {
		return 0, fmt.Errorf("filter %d elements: %w", len(x), err)
	}
	n, err := inRuns(len(x), len(dst),
		func(at, n, to int) int { return compressBlock(dst[to:], x[at:at+n], mask, from+at) },
		func(at, n, to int) int { return compressWord(dst[to:], x[at:at+n], bitsAt(mask, from+at, n)) })
	if err != nil {
		return n, fmt.Errorf("filter %d elements: %w", len(x), err)
	}
	return n, nil
}

// Where writes the places of the bits that are set among n bits of a mask, and
// returns how many there are:
//
//	for i := range n { if bit from+i of mask is set { dst[k] = i; k++ } }
//
// [Take] reads the elements at such places. All else is as for [Filter].
func Where(dst []int64, mask []uint64, from, n int) (int, error) {
	if n < 0 {
		panic("kernels: negative number of bits")
	}
	if err := roomFor(len(dst), n, mask, from); err != nil {
		return 0, fmt.Errorf("find %d bits: %w", n, err)
	}
	k, err := inRuns(n, len(dst),
		func(at, n, to int) int { return placesBlock(dst[to:], at, n, mask, from+at) },
		func(at, n, to int) int { return placesWord(dst[to:], at, bitsAt(mask, from+at, n)) })
	if err != nil {
		return k, fmt.Errorf("find %d bits: %w", n, err)
	}
	return k, nil
}

// roomFor returns an error unless a mask has n bits, and room elements hold
// those that are set.
func roomFor(room, n int, mask []uint64, from int) error {
	if from < 0 {
		panic("kernels: negative first bit")
	}
	if has := 64*len(mask) - from; has < n {
		return fmt.Errorf("mask has %d bits from bit %d on: %w", max(has, 0), from, ErrShort)
	}
	if room >= n {
		return nil
	}
	if set := countBitsAt(mask, from, n); set > room {
		return fmt.Errorf("%d are selected, there is room for %d: %w", set, room, ErrShort)
	}
	return nil
}

// errChanged is what somebody else's writes to a mask or to data lead to.
var errChanged = fmt.Errorf("more are selected than were counted before; was the input written to? %w", ErrShort)

// inRuns cuts n elements into runs of multiples of 64 that dst has room for
// even if all of them are selected, and what is left into words. Both functions
// take n elements from number at on, write to place to and return how many;
// word returns -1 if dst is full.
func inRuns(n, room int, run, word func(at, n, to int) int) (int, error) {
	var p pace
	at, to := 0, 0
	for at < n {
		step := min(n-at, room-to, block1) &^ 63
		took := 0
		if step > 0 {
			took = run(at, step, to)
		} else {
			step = min(n-at, 64)
			took = word(at, step, to)
		}
		if took < 0 {
			return to, errChanged
		}
		at, to = at+step, to+took
		p.spend(step, lookElems)
	}
	return to, nil
}

func compressBlock(dst, x, mask []uint64, from int) int {
	mask, from = mask[from/64:], from%64
	if active == levelAVX512 {
		return compressAVX512(&dst[0], x, &mask[0], from)
	}
	if active == levelAVX2 {
		return compressAVX2(&dst[0], x, &mask[0], from)
	}
	return compressGo(dst, x, mask, from)
}

func compressGo[T word](dst, x []T, mask []uint64, from int) int {
	n := 0
	for at := 0; at < len(x); at += 64 {
		word := bitsAt(mask, from+at, 64)
		for i, v := range x[at : at+64] {
			dst[n] = v // no jump: what is selected is hard to predict
			n += int(word >> i & 1)
		}
	}
	return n
}

// compressWord does at most 64 elements, and returns -1 if dst is too small.
func compressWord[T word](dst, x []T, set uint64) int {
	if bits.OnesCount64(set) > len(dst) {
		return -1
	}
	n := 0
	for ; set != 0; set &= set - 1 {
		dst[n] = x[bits.TrailingZeros64(set)]
		n++
	}
	return n
}

func placesBlock(dst []int64, first, n int, mask []uint64, from int) int {
	mask, from = mask[from/64:], from%64
	if active == levelAVX512 {
		return placesAVX512(&dst[0], first, n, &mask[0], from)
	}
	if active == levelAVX2 {
		return placesAVX2(&dst[0], first, n, &mask[0], from)
	}
	return placesGo(dst, first, n, mask, from)
}

func placesGo(dst []int64, first, n int, mask []uint64, from int) int {
	k := 0
	for at := 0; at < n; at += 64 {
		k += placesWord(dst[k:], first+at, bitsAt(mask, from+at, 64))
	}
	return k
}

// placesWord writes the places of the bits of one word, and returns -1 if dst
// is too small.
func placesWord(dst []int64, first int, word uint64) int {
	if bits.OnesCount64(word) > len(dst) {
		return -1
	}
	k := 0
	for ; word != 0; word &= word - 1 {
		dst[k] = int64(first + bits.TrailingZeros64(word))
		k++
	}
	return k
}
