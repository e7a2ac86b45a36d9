// Kernels measures package kernels beside other libraries that a Go program can use
// for the same work:
//
//	go -C bench/rivals run ./kernels [--case PATTERN] [--reps N] [--seconds S]
//	go -C bench/rivals run -tags openblas ./kernels --case gemm    # with OpenBLAS, if pkg-config knows it
//
// The systems are ours; vek, which is github.com/viterin/vek (AVX2); arrow, which is
// Apache Arrow's compute functions (github.com/apache/arrow-go), which make a new
// array for each result; gonum; and, if the program is built with the tag openblas,
// openblas with one thread, and c, a product of matrices by three loops that gcc makes
// vectors of. A case is an operation on float64 in the first-level cache (L1,
// 2,048 elements) or from memory (DRAM, 4 Mi elements), or a product of square matrices,
// of which gemm/2048 takes seconds and is measured only if it is asked for.
//
// Every result is reduced to one number, and that is compared with ours. One thread;
// ratios are taken round by round.
package main
