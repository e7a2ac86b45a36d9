// Package blas speeds up programs that use gonum. It is gonum's implementation of
// BLAS with the kernels of this module in place of some routines on float64:
//
//	blas64.Use(blas.Implementation{})
//
// makes blas64, and with it mat and lapack64, compute matrix products with Dgemm and
// Dgemv, and sums, products and norms of vectors with Ddot, Daxpy, Dscal, Dnrm2 and
// Dasum of this package. All other routines are gonum's.
//
// Who may call at once. Everybody, as long as what a call writes is its own. blas64.Use
// itself is for the start of a program. A large product is cut among goroutines,
// as gonum does it; each element has the same bits however it is cut.
//
// Memory. The caller's slices are read and written, and nobody keeps them. Factors of
// products are copied, piece by piece, into buffers that are used again.
//
// Shared memory works like any other. A peer that changes a matrix while it is used
// changes results, and nothing else.
//
// What is different from gonum. Rounding: sums are added up in another order and
// multiplications are fused with additions, within the errors that package kernels
// states. NaN and infinities of a factor of Dgemm reach the result even where the other
// factor is 0, as in the reference; gonum leaves some zeros out. Bad
// arguments panic as in gonum, with its messages. Arguments that overlap, which BLAS leaves
// open, are left to gonum.
//
// What it does not do. Other types than float64 and the other routines are not faster
// than gonum's.
package blas
