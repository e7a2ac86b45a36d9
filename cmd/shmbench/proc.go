package main

import (
	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/proc"
)

const procLong = `proc measures processes: how long it takes until a new one is at work, until one that
waits has taken a job, and until its parent knows that one has ended. It does so for
package engine/process and, where python3 is there, for Python's multiprocessing with
each of its start methods, in rounds that interleave all systems.`

const procExamples = `  shmbench proc                             all cases
  shmbench proc --case standby              those of processes that wait
  shmbench proc --case spawn/first --reps 31
  shmbench proc --json > proc.ndjson        for programs`

// newProc is the command that measures processes.
func newProc() *cobra.Command {
	return suiteCommand[proc.Meta, *proc.Report]{
		name: proc.Suite, short: "Measure processes: start, standby, end", long: procLong, examples: procExamples,
		cases: proc.Cases(), systems: proc.Systems(),
		reps: "rounds `N`", corrupt: "falsify the last sample of `SYSTEM`: it must be noticed",
		fixed: true,
		check: proc.Validate, run: proc.Run,
	}.command()
}
