// Package dispatch measures what it costs to hand work over, side by side: the
// engine's tasks and jobs, goroutines, processes behind pipes, OpenMP, and the pools of
// Python.
//
// What it is. [Run] measures cases in rounds, each system once in each, in an order
// that rotates; ratios are taken round by round. Every result is summed and the sum
// compared before there is a figure.
//
//	task/roundtrip   one task at a time, by one worker: from handing it over to its result
//	task/stream      the same with many under way, handed over one by one
//	task/batch       the same, handed over as many at once as the system does it
//	forkjoin/2       two tasks at once, and both results, by two workers
//	parallelfor/SIZE the sum of an array, by two workers, in partitions of SIZE
//
// The task is 3x+1. In the last cases each partition is claimed, or handed over, by
// itself. engine has two worker processes beside the command there, engine-help one, and the
// command computes while it waits. goroutines is a pool behind channels, a message a
// task; waitgroup has two goroutines a round, and a claim counter for an array. A
// worker behind pipes gets a message a task and answers each, and of an array it gets
// the bytes. OpenMP's threads wait actively. Python's pools take tasks one by one
// (chunksize=1): map for a batch.
//
// Who may call it at once. One Run at a time is a measurement; two are none.
//
// Who owns the memory. The array is there once for the goroutines and the engine with
// two workers, who share it, and once for each of engine-help and OpenMP; all ends with Run.
//
// What a dead peer does. A worker that ends is an error, and so is one that does not
// answer for half a minute. All of them end with this process, however it ends.
//
// What it does not do. It pins nobody to a CPU, and changes no setting of the machine.
//
// A program that calls Run has called engine.Init and [Init] at the start of main.
package dispatch
