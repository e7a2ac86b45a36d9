// Package kernel is the suite that measures package kernels, operation by operation and
// size by size: on each of its levels, beside plain loops, gonum, and C by hand.
//
// What it is. [Run] measures, [Options] say what, and a [Report] is what came of it.
//
// How it measures. Each system is a process of its own, all of them on one CPU, one at a
// time, in rounds whose order rotates. It makes its operands from the same numbers as all
// others, once for a case, and calls the operation until a window is over. Operands of
// which all together take 16 KiB (L1), 512 KiB (L2), 8 MiB (L3) or 128 MiB (DRAM) are
// used again and again.
//
// What is checked. Each system says one number in which every element of its last result
// has a part. It must be that of a plain loop here, to the bit where the operation is
// exact and within its rounding where it is not.
//
// Who may call it at once. One Run at a time; functions in Options are called by one goroutine.
//
// Who owns the memory. It is the workers', who end with the run.
//
// What a dead worker does. The run fails, and says which.
//
// What it does not do. It uses one CPU: engine and ops are measured elsewhere.
package kernel
