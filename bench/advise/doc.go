// Package advise says which way of running work over partitions wins on this machine, and
// at what size of partition: goroutines, the engine's workers, or workers behind pipes.
//
// What it is. [Measure] finds a dozen figures of the machine in a few seconds, [Predict]
// puts them and a [Workload] into the formulae that [Figures.Formulae] prints, and
// [Recommend] chooses. [Run] does all of that; with Options.Check it also runs work of that
// shape in each way and puts what it took beside what was predicted.
//
// The model. Times add up: what a job costs at all, what each partition costs to hand out,
// what bytes cost to move, and the work itself, which is bounded by the longest chain of one
// worker, by the CPUs, and by the memory. A crash costs a way with processes the partition
// and a new worker; a way in one process it costs everything done so far, and the start of
// the service. There is nothing else in it: no caches, no other load, no luck.
//
// Who may call it at once. One Run at a time is a measurement; two are none.
//
// Who owns the memory. Data and arena are Run's, and gone when it returns.
//
// What a dead peer does. With a crash risk workers die on purpose; each way goes on as its
// users would make it go on. Every run's sum is checked; a wrong one is report.ErrWrong.
//
// What it does not do. It does not know the program: whether results must be merged, what
// isolation is worth, how work arrives.
//
// A program that calls Run has called engine.Init at the start of main.
package advise
