package main

import (
	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/ring"
)

const ringLong = `ring measures how messages pass between two processes: the rings of ringbuf beside
C rings, pipes, sockets, and Go channels in one process. There and back one at a time, one
way as fast as they go, out of a full ring, in batches, in streams of large messages, by a
schedule (openloop: what waits behind a slow message is counted), and from two to two and
one to two.

The C side is compiled on the spot, with cc -O3 -march=native. What this machine has not
is left out, and what has no part in a case is listed with the reason. Every message has a
number and a checksum, which are checked before any figure is printed.`

const ringExamples = `  shmbench ring                             all cases
  shmbench ring --case roundtrip            one case
  shmbench ring --case 'stream/*' --system bytes,c-inplace,pipe
  shmbench ring --json > ring.ndjson        for programs`

// newRing is the command that measures messages between processes.
func newRing() *cobra.Command {
	return suiteCommand[ring.Meta, *ring.Report]{
		name: ring.Suite, short: "Measure messages between processes, side by side", long: ringLong, examples: ringExamples,
		cases: ring.Cases(), systems: ring.Systems(),
		reps: "rounds `N`", corrupt: "falsify the last sum of `SYSTEM`: it must be noticed",
		check: ring.Validate, run: ring.Run,
	}.command()
}
