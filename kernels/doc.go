// Package kernels holds the inner loops of the engine: pure functions on
// slices, with bodies for AVX-512, for AVX2 and in plain Go.
//
// What there is. Sums ([Sum], [SumInt64], which cannot overflow, [Dot]),
// extremes ([MinMax], [Min], [NanMin]) and their places ([ArgMin]), comparisons
// that count or give bits ([Count], [Compare]), arithmetic element by element
// ([Add], [Axpy], [Sqrt], [Exp], [Log]), selection ([Filter], [Where], [Take]),
// prefix sums ([PrefixSum]), sorting ([Sort], [ArgSort]), moments that stay accurate
// where the sum of squares does not ([MomentsOf], [CoMomentsOf],
// [CoMomentsInt64]), histograms over bins of equal width ([Histogram],
// [HistogramInt64], [GroupedHistogramInt64]), moments by group
// ([GroupedMoments], [GroupedMomentsInt64]) and the hour of a timestamp as a
// group code ([HourOfDay]), codes for any integers ([Table]), exact sums by them
// ([GroupedSumInt64]) and joins ([Join]), and products of matrices ([Gemm], [Gemv]).
// Results of parts of the data merge. Names without a type are of float64; Int64,
// Float32, Int32 and Uint64 are of these: sums of float32 are float64, of int32 int64.
//
// Who may call at once. Everybody: kernels keep no state, start no goroutine
// and do not allocate (Gemm has buffers, which it uses again). What a kernel
// writes belongs to one call at a time.
//
// Memory. Kernels touch the bytes of the slices that they are given, no byte
// before or after them, and never write to an input. Slices may begin
// anywhere; where they begin does not change a result. A result may be one of the
// inputs, or lie apart from all. Each comment shows the loop that a kernel equals,
// and says where rounding differs.
//
// Time. Assembly cannot be preempted, so each call is cut into blocks of at
// most 256 KiB with a safepoint between them: about 20 us that a
// stop-the-world may have to wait. Long calls yield every some tenths of a
// millisecond, so that other goroutines and collections get on.
//
// Levels. The best level that the CPU has is chosen when the program starts;
// [Level] names it. The environment variable SHMENGINE_KERNELS=avx512, avx2 or
// go forces one, GODEBUG=cpu.avx2=off and the like exclude some, and the build
// tag purego leaves the assembly out, as on every architecture but amd64. If
// the variable asks for what cannot run, [Check] says so. Integers, extremes,
// elements (but for payloads of NaN), histograms and GroupedMomentsInt64 are the
// same to the bit on every level;
// float64 sums differ by no more than their stated bounds, and are the same to
// the bit for one level.
//
// Misuse (slices of different lengths, bins that were not made by a New
// function) panics with a constant message before anything is written. Data
// that does not fit (a group code without an accumulator, bins that cannot be)
// is an error.
//
// What it does not do. It does not know nulls, weights or time zones, and does
// not check a float64 for NaN except where a comment says so: NaN spreads as in
// the loop.
package kernels

//go:generate sh -c "cd _asm && ./generate"
