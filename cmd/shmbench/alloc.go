package main

import (
	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/alloc"
)

const allocLong = `alloc measures memory that is taken and given back: arenas and arrays of shmarena
beside make and the collector, mmap, malloc and calloc of the C library, sync.Map, and Python's
shared_memory and Manager().dict(). Blocks live in one process, are taken by two at once,
or are made by one and freed by the other.

The C side is compiled on the spot, with cc -O3 -march=native. What this machine has not
is left out, and what a system cannot do at all is listed with the reason. Every block
holds a number that is read back and compared before any figure is printed.`

const allocExamples = `  shmbench alloc                            all cases
  shmbench alloc --case pair                blocks of one process
  shmbench alloc --case 'map*' --system go,sync-map
  shmbench alloc --json > alloc.ndjson      for programs`

// newAlloc is the command that measures memory.
func newAlloc() *cobra.Command {
	return suiteCommand[alloc.Meta, *alloc.Report]{
		name: alloc.Suite, short: "Measure memory that is taken and given back, side by side", long: allocLong, examples: allocExamples,
		cases: alloc.Cases(), systems: alloc.Systems(),
		reps: "rounds `N`", corrupt: "falsify the last sum of `SYSTEM`: it must be noticed",
		check: alloc.Validate, run: alloc.Run,
	}.command()
}
