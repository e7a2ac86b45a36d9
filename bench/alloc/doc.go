// Package alloc measures memory that programs take and give back, side by side:
// arenas, arrays and maps of ours, and what Go, the kernel, the C library and Python
// have for it.
//
// What it is. [Run] starts the workers of each system: this program again for
// shmarena, for Go's own memory and for plain mmap, a C program that is compiled on the
// spot, and a Python program of the standard library. A case is measured in
// rounds, each system once in each, for a window of time, in an order that rotates;
// ratios are taken round by round.
//
// What is counted. An operation is the whole life of a block: it is made, its first
// and its last word get a number that no other block has, 63 blocks later both are read
// and compared, and it is given back. So the figure of a pair is that of making and
// freeing, of four words that are written and read, in memory that 63 other blocks have
// gone over since, and of shmarena also of one Slice. Blocks of shmarena, Go, mmap and
// c-calloc are zero, so the clearing is in it; those of c-malloc are as they were left.
// Of maps each process has half of the keys, also where it is alone. In create, attach and the maps it is what the case
// says. Every number is compared when it is read, by the worker, and the command
// compares their sum with what it must be: a wrong one is an error, and no figure. Windows end at
// the same time for all parties; they look at the clock every 64 operations, or at
// each where one is slow.
//
// Memory that others can have costs what memory of one's own does not. The case
// pair measures that price; only attach, crossfree and map2 measure what it buys, and
// the systems that cannot do a thing are listed with the reason. The case busy is of the
// machine alone: what two CPUs can do beside one when nothing is shared.
//
// Who may call it at once. One Run at a time is a measurement; two are none.
//
// Who owns the memory. The workers and the command; all of it ends with Run.
//
// What a dead peer does. A worker that ends, or does not answer for half a minute, is
// an error. All of them end with this process, however it ends, and so do Python's
// managers; its resource tracker outlives it by a moment, to remove the segments.
//
// What it does not do. It tells no system that it is measured: collectors, pools and
// thresholds are as each has them.
//
// A program that calls Run has called engine.Init and [Init] at the start of main.
package alloc
