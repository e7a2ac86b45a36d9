package kernels

import (
	"math/bits"

	"github.com/shmengine/shmengine/internal/spin"
)

// Assembly cannot be preempted, so a kernel that is handed a gigabyte would
// hold up a stop-the-world for its whole run. Every kernel is therefore cut
// into blocks of at most 256 KiB of input, with a safepoint before each.
const (
	blockBytes = 256 << 10
	block1     = blockBytes / 8 // elements a block, one input of 8-byte elements
	block2     = block1 / 2     // two such inputs, or one and the codes
)

// safepoint is where the runtime can stop the goroutine between two blocks.
func safepoint() { spin.Checkpoint() }

// split returns where to cut n elements, more than one block of them, in two:
// after the largest power of two of blocks that leaves something behind it. So
// the tree of partial results depends on n alone.
func split(n, block int) int {
	full := (n - 1) / block
	return block << (bits.Len(uint(full)) - 1)
}

func sameLength(a, b int) {
	if a != b {
		panic("kernels: slices differ in length")
	}
}
