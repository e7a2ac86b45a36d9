package main

import (
	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/lock"
)

const lockLong = `lock measures the locks of package futex beside those of package sync, of the C
library (pthread mutexes, process-shared and robust, reader-writer locks, barriers and
condition variables; sem_t) and of the kernel (F_OFD_SETLKW): on two processes that are
pinned to two CPUs, or on four, in rounds that interleave all systems.

The C side is compiled on the spot, with cc -O3 -march=native, and does step for step
what the Go side does. Without a C compiler it is left out. Every operation is counted
and compared before any figure is printed.`

const lockExamples = `  shmbench lock                             all cases
  shmbench lock --case mutex                those of the mutex
  shmbench lock --case 'mutex/[uc]*' --reps 31
  shmbench lock --json > lock.ndjson        for programs`

// newLock is the command that measures the locks.
func newLock() *cobra.Command {
	return suiteCommand[lock.Meta, *lock.Report]{
		name: lock.Suite, short: "Measure locks between processes, side by side", long: lockLong, examples: lockExamples,
		cases: lock.Cases(), systems: lock.Systems(),
		reps: "rounds `N`; a third of them where a measurement takes a second", corrupt: "falsify the last count of `SYSTEM`: it must be noticed",
		check: lock.Validate, run: lock.Run,
	}.command()
}
