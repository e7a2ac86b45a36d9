// Package lock measures locks in shared memory side by side: ours, package
// sync's, and those that C has, in processes that are pinned to two CPUs.
//
// What it is. [Run] starts the workers of each system: this program again for
// package futex (over an arena) and for package sync, and a C program, the twin,
// which is compiled on the spot from the source in this package. The twin does
// step for step what the Go loops do: the same operations on words in shared
// memory, as much computing for think time, the same clock (CLOCK_MONOTONIC). A case is measured in rounds, each system once in each,
// in an order that rotates; ratios are taken round by round. What was done is
// counted under the locks and compared before there is a figure. System calls
// are counted by the kernel, in runs that are not timed.
//
// What is counted. An operation is a pair, lock and unlock, with one addition to
// a counter in the lock's cache line between. ns_per_op is time by operations of
// all parties, so it holds the think time of the cases that have one. Waits
// are recorded by the workers in buckets of 1.6 %; percentiles are of the waits of
// all rounds. min_share is the operations of the party that had the fewest in a
// measurement (of a second in mutex/oversubscribed), beside an equal share; of
// all rounds the least.
//
// In mutex/ownerdeath the memory of the owner is a figure too: the kernel takes it
// back before it drops the locks of files and before it lets anybody know that the
// process is dead, about 60 us for each MiB. A robust pthread mutex is handed over
// before that, when the thread ends.
//
// Who may call it at once. One Run at a time is a measurement; two are none.
//
// Who owns the memory. Workers and command share a page or two for each program,
// which end with Run.
//
// What a dead peer does. mutex/ownerdeath kills workers on purpose. Any other
// worker that ends is an error; one that does not answer is given up after half
// a minute. All of them end with this process, however it ends. If it is killed
// in the moment in which the twin is compiled, the compiler's folder stays until
// the next Run.
//
// What it does not do. It tells package futex nothing that a user could not: not
// even that there are more processes than CPUs. It changes no setting of the
// machine, and a cell that a system does not have (a robust file lock, a barrier
// of package sync) is left out.
//
// A program that calls Run has called engine.Init and [Init] at the start of main.
package lock
