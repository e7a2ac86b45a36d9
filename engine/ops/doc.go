// Package ops has the operations on columns that most programs want, ready to be run
// by all workers of an engine: sums and moments, extremes and their places, counts,
// histograms, quantiles, filters, prefix sums, sorted copies.
//
//	total, err := ops.Sum(ctx, e, x)
//	sorted, err := ops.Sort(ctx, e, x)
//	defer sorted.Free()
//
// What it is. Functions over columns of float64 (Sum) and of int64, float32 and int32
// (SumInt64 and so on): arrays of an engine's arena, which workers read where they lie,
// or Go slices, which are copied into the arena first; and MatMul. A program that imports
// ops has its kernels in its workers too.
//
// Results have the same bits for any number of workers and in either mode of the
// engine, on one dispatch level of package kernels. What a function says of NaN,
// zeros and rounding is what package kernels says; where rows are cut is part of
// neither.
//
// Who may call it at once. Anyone: each call is a few jobs of the engine. The
// columns must not change meanwhile; a sort or filter that sees one change says so
// ([ErrChanged]) or returns what it saw, and touches nothing else.
//
// Who owns the memory. New arrays belong to the caller, who frees them. Scratch
// memory is of the arena too, and freed before a call returns.
//
// What a dead worker does. Its part is done again by another: outputs are fresh
// memory, and inputs are only read.
//
// What it does not do. What is not here has package kernels and the engine's Reducer,
// Mapper and Kernel.
package ops
