package shmarena

import (
	"fmt"
	"math/bits"
)

// MaxRank is how many dimensions a [View] can have.
const MaxRank = 4

// View is a shape laid over an [Array]: the elements of the array, or some of
// them, as a matrix or a block of up to four dimensions. Like an Array it is a
// plain value, of 104 bytes, that may be copied, stored in shared memory and
// sent to other processes; it holds no elements and owns nothing, so the
// array is what is freed. The zero View has no dimensions and no elements.
//
// A view is cut ([View.Part], [View.Pick], [View.Every]) and turned
// ([View.Swap]) without moving an element: each dimension has a stride, the
// distance in elements between neighbours. Two views of one array may share
// elements.
//
// At and Set resolve the array each time, a few nanoseconds; a loop takes a
// [View.Row] and works on that. An index out of range panics, as with slices.
// A view that came from a peer can hold any numbers: they never lead outside
// the array, and [View.Check] says without a panic whether they make sense.
type View[T any] struct {
	array Array[T]     // 0
	first uint64       // 24: element of the array that has all indices 0
	rank  uint64       // 32
	dims  [MaxRank]dim // 40: those from rank on are zero
}

// dim is one dimension: n elements, or rows of elements, stride elements apart.
type dim struct {
	n, stride uint64
}

// The panics of views.
const (
	panicRank   = "shmarena: a view has no such dimension, or another number of them"
	panicIndex  = "shmarena: index of a view out of range"
	panicStride = "shmarena: row of a view whose last dimension is not in one piece"
	panicShape  = "shmarena: a view that is larger than its array"
)

// AllocView returns a view of a new, zeroed array: rows follow each other, the
// last index runs fastest. Its errors are those of [Alloc], and [ErrArgument]
// for a shape that has none or more than [MaxRank] dimensions.
func AllocView[T any](a *Arena, shape ...int) (View[T], error) {
	n, err := elementsOf(shape)
	if err != nil {
		return View[T]{}, fmt.Errorf("shmarena: %s: alloc view: %w", a, err)
	}
	x, err := Alloc[T](a, n)
	if err != nil {
		return View[T]{}, err
	}
	return rowMajor(x, shape), nil
}

// ViewOf lays a shape over all of an array, the last index running fastest.
//
// Errors: [ErrArgument] if the shape has not as many elements as the array, or
// none or more than [MaxRank] dimensions. Whether the array is still there is
// left to the first use, or to [View.Check].
func ViewOf[T any](x Array[T], shape ...int) (View[T], error) {
	n, err := elementsOf(shape)
	if err == nil && n != x.Len() {
		err = argument("shape %v has %d elements, the array %d", shape, n, x.Len())
	}
	if err != nil {
		return View[T]{}, fmt.Errorf("shmarena: view: %w", err)
	}
	return rowMajor(x, shape), nil
}

// elementsOf is how many elements a shape has.
func elementsOf(shape []int) (int, error) {
	if len(shape) < 1 || len(shape) > MaxRank {
		return 0, argument("shape %v has not 1 to %d dimensions", shape, MaxRank)
	}
	n := uint64(1)
	for _, k := range shape {
		hi, lo := bits.Mul64(n, uint64(k))
		if k < 0 || hi != 0 || lo > maxSize {
			return 0, argument("shape %v is negative or larger than any arena", shape)
		}
		n = lo
	}
	return int(n), nil
}

func rowMajor[T any](x Array[T], shape []int) View[T] {
	v := View[T]{array: x, rank: uint64(len(shape))}
	stride := uint64(1)
	for d := len(shape) - 1; d >= 0; d-- {
		v.dims[d] = dim{uint64(shape[d]), stride}
		stride *= uint64(shape[d])
	}
	return v
}

// Array is the array that the view is of.
func (v View[T]) Array() Array[T] { return v.array }

// IsZero reports whether v is the zero View.
func (v View[T]) IsZero() bool { return v == View[T]{} }

// Rank is the number of dimensions.
func (v View[T]) Rank() int { return int(min(v.rank, MaxRank)) }

// Dim is how many indices a dimension has.
func (v View[T]) Dim(d int) int { return int(v.dim(d).n) }

// Stride is how many elements neighbours in a dimension are apart.
func (v View[T]) Stride(d int) int { return int(v.dim(d).stride) }

// Offset is the index, in the array, of the element that has all indices 0.
func (v View[T]) Offset() int { return int(v.first) }

// Len is the number of elements.
func (v View[T]) Len() int {
	if v.rank == 0 {
		return 0
	}
	n := 1
	for _, d := range v.dims[:v.Rank()] {
		n *= int(d.n)
	}
	return n
}

// dim checks the number of a dimension.
func (v *View[T]) dim(d int) *dim {
	if uint64(d) >= min(v.rank, MaxRank) {
		panic(panicRank)
	}
	return &v.dims[d]
}

// At returns one element; it takes one index for each dimension.
func (v View[T]) At(index ...int) T {
	s, at := v.array.Slice(), v.place(index, v.rank)
	if at >= uint64(len(s)) {
		panic(panicShape)
	}
	return s[at]
}

// Set sets one element; it takes one index for each dimension.
func (v View[T]) Set(value T, index ...int) {
	s, at := v.array.Slice(), v.place(index, v.rank)
	if at >= uint64(len(s)) {
		panic(panicShape)
	}
	s[at] = value
}

// place is where in the array the indices of the first n dimensions lead. With
// numbers of a peer the sum may wrap: the caller looks whether it is in the
// array.
func (v *View[T]) place(index []int, n uint64) uint64 {
	if uint64(len(index)) != n || n > MaxRank {
		panic(panicRank)
	}
	at := v.first
	for d, i := range index {
		if uint64(i) >= v.dims[d].n {
			panic(panicIndex)
		}
		at += uint64(i) * v.dims[d].stride
	}
	return at
}

// Row returns the elements along the last dimension, in shared memory, at the
// given indices of all other dimensions; of a view of one dimension all of it.
// Its capacity is its length. It panics if they are not in one piece, as in a
// column; what [Array.Slice] says of the slice's life holds here too.
func (v View[T]) Row(index ...int) []T {
	at, last := v.place(index, v.rank-1), v.dim(len(index))
	if last.stride != 1 && last.n > 1 {
		panic(panicStride)
	}
	s := v.array.Slice()
	if at > uint64(len(s)) || last.n > uint64(len(s))-at {
		panic(panicShape)
	}
	return s[at : at+last.n : at+last.n]
}

// Span returns the piece of the array that begins with the view's first element
// and ends with its last: what libraries want that take a slice and strides.
// Elements that are not the view's may lie between. It is nil without elements.
func (v View[T]) Span() []T {
	if v.Len() == 0 {
		return nil
	}
	last, ok := v.last()
	s := v.array.Slice()
	if !ok || last >= uint64(len(s)) {
		panic(panicShape)
	}
	return s[v.first : last+1 : last+1]
}

// last is where in the array the last element is.
//
// Preconditions: no dimension is empty.
func (v *View[T]) last() (at uint64, ok bool) {
	at = v.first
	for _, d := range v.dims[:v.Rank()] {
		hi, lo := bits.Mul64(d.n-1, d.stride)
		sum, carry := bits.Add64(at, lo, 0)
		if hi|carry != 0 {
			return 0, false
		}
		at = sum
	}
	return at, true
}
