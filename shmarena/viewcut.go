package shmarena

import (
	"fmt"
	"math/bits"
)

// Part returns the view of the indices lo to hi-1 of one dimension, as s[lo:hi]
// is of a slice.
func (v View[T]) Part(d, lo, hi int) View[T] {
	k := v.dim(d)
	if lo < 0 || hi < lo || uint64(hi) > k.n {
		panic(panicIndex)
	}
	if hi > lo {
		v.first += uint64(lo) * k.stride
	}
	k.n = uint64(hi - lo)
	return v
}

// Every returns the view of each step-th index of one dimension, from index 0 on.
func (v View[T]) Every(d, step int) View[T] {
	k := v.dim(d)
	if step < 1 {
		panic(panicIndex)
	}
	if k.n > 0 {
		k.n = (k.n-1)/uint64(step) + 1
	}
	if k.n > 1 { // else there are no neighbours, and the product could be too large
		k.stride *= uint64(step)
	}
	return v
}

// Pick returns the view of what has index i in one dimension, which it has no
// more: Pick(0, i) is row i of a matrix, Pick(1, j) its column j.
func (v View[T]) Pick(d, i int) View[T] {
	k := v.dim(d)
	if v.rank == 1 {
		panic(panicRank)
	}
	if uint64(i) >= k.n {
		panic(panicIndex)
	}
	v.first += uint64(i) * k.stride
	copy(v.dims[d:], v.dims[d+1:v.Rank()])
	v.rank = uint64(v.Rank() - 1)
	v.dims[v.rank] = dim{}
	return v
}

// Swap returns the view with two dimensions exchanged: Swap(0, 1) of a matrix is
// its transpose.
func (v View[T]) Swap(d, e int) View[T] {
	a, b := v.dim(d), v.dim(e)
	*a, *b = *b, *a
	return v
}

// Check says whether the view can be used: nil, [ErrClosed] if the arena is not
// attached here, [ErrFreed], or [ErrCorrupt] for numbers that no function of this
// package made, as a view from a hostile peer can have.
func (v View[T]) Check() error {
	if err := v.array.Check(); err != nil {
		return err
	}
	if v.rank > MaxRank {
		return fmt.Errorf("shmarena: a view of %d dimensions: %w", v.rank, ErrCorrupt)
	}
	n := uint64(1)
	for _, d := range v.dims[:v.rank] {
		hi, lo := bits.Mul64(n, d.n)
		if hi != 0 || lo > v.array.n {
			return v.tooLarge()
		}
		n = lo
	}
	if v.rank == 0 || n == 0 {
		return nil
	}
	if last, ok := v.last(); !ok || last >= v.array.n {
		return v.tooLarge()
	}
	return nil
}

func (v *View[T]) tooLarge() error {
	return fmt.Errorf("shmarena: a view of %v from %d in an array of %d elements: %w", v.dims[:v.rank], v.first, v.array.n, ErrCorrupt)
}
