package main

import (
	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/dispatch"
)

const dispatchLong = `dispatch measures what it costs to hand work over: single tasks, one at a time, in a
stream and in batches; two tasks at once; and an array that is summed in partitions of
4 KiB to 2 MiB. The engine's worker processes, with and without help of the one who
waits, stand beside a pool of goroutines behind channels, goroutines that are started
for it, processes behind pipes, OpenMP and Python's pools, in rounds that interleave all.

The C program is compiled on the spot; without a C compiler, or without python3, their
systems are left out. Every result is summed, and the sums are compared before any
figure is printed.`

const dispatchExamples = `  shmbench dispatch                         all cases
  shmbench dispatch --case task             those of single tasks
  shmbench dispatch --case 'parallelfor/*' --system engine,goroutines,openmp --reps 31
  shmbench dispatch --json > dispatch.ndjson  for programs`

// newDispatch is the command that measures how work is handed over.
func newDispatch() *cobra.Command {
	return suiteCommand[dispatch.Meta, *dispatch.Report]{
		name: dispatch.Suite, short: "Measure handing work over, side by side", long: dispatchLong, examples: dispatchExamples,
		cases: dispatch.Cases(), systems: dispatch.Systems(),
		reps: "rounds `N`", corrupt: "falsify the last sum of `SYSTEM`: it must be noticed",
		check: dispatch.Validate, run: dispatch.Run,
	}.command()
}
