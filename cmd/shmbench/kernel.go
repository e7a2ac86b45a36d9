package main

import (
	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/kernel"
)

const kernelLong = `kernel measures package kernels operation by operation: on each of its levels, beside
plain Go loops, gonum and a C program by hand, with operands that fit into the first-level
cache, the second, the third, or none. All of them run on one CPU, in rounds that
interleave all systems, and limit is what moving the operands alone takes.

Cases are OPERATION/TYPE/SIZE. Without a pattern those on float64 are measured in L1 and,
but for the slowest, from DRAM; --all measures every one. The C side is compiled on the
spot, with cc -O3 -march=native; what this machine has not is left out with the reason.
Every result is compared with that of a plain loop before any figure is printed.`

const kernelExamples = `  shmbench kernel                           the usual cases
  shmbench kernel sum                       one operation: all types and sizes
  shmbench kernel '*/f64/L1' --system avx512,c
  shmbench kernel --all --json > kernel.ndjson`

// newKernel is the command that measures kernels.
func newKernel() *cobra.Command {
	return suiteCommand[kernel.Meta, *kernel.Report]{
		name: kernel.Suite, short: "Measure kernels beside plain loops, gonum and C", long: kernelLong, examples: kernelExamples,
		cases: kernel.Cases(), systems: kernel.Systems(), all: kernel.All,
		reps: "rounds `N`", corrupt: "falsify the last result of `SYSTEM`: it must be noticed",
		check: kernel.Validate, run: kernel.Run,
	}.command()
}
