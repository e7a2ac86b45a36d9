// Package gonumview lets gonum work on arrays in shared memory, without a copy.
//
//	m, err := gonumview.NewMatrix(e.Arena(), 1000, 50)   // a plain value: give it to a kernel, a struct, another process
//	m.Dense().Mul(x, y)                                  // gonum writes into the shared pages
//	mean := stat.Mean(m.Row(3).Raw().Data, nil)
//	out.VecDense().MulVec(m.Dense(), gonumview.VectorOf(weights).VecDense())
//
// What it is. [Matrix] and [Vector] are values over float64 arrays of package
// shmarena, with a shape, like a View, and cross processes as one does. Dense,
// VecDense and Raw make what gonum takes, onto the same elements.
//
// Who may call it at once. Anyone. The elements are the callers' business, as with
// shmarena: gonum locks nothing.
//
// Who owns the memory. The array. What Dense, VecDense and Raw return is of this
// process, holds a slice of the array, and may be kept as long as such a slice:
// until the array is freed or the arena closed. The garbage collector knows nothing
// of it. gonum never writes past the matrix: its capacity is its size, so that
// a Grow copies into memory of this process, as append does.
//
// What a dead or hostile peer does. A dead one leaves the array as it was. Values
// from a hostile one never lead outside the array: Check says what is wrong with
// one, and all else panics as shmarena.View does.
//
// What it does not do. It computes nothing, and knows float64 only, as gonum does;
// other element types have shmarena.View.
package gonumview
