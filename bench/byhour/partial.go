package byhour

import (
	"github.com/shmengine/shmengine/kernels"
)

// The job's fixed shape. Changing any of it changes the bits of the answers.
const (
	LeafRows = 32 << 10 // rows of a leaf: 256 KiB a column
	Hours    = 24

	BinLow   = -60                    // minutes of delay where the first bin begins
	BinWidth = 15                     // minutes
	Bins     = 20                     // to four hours late
	Cells    = Bins + 2               // with those below in front and those above behind
	BinHigh  = BinLow + Bins*BinWidth // where the last bin ends
)

// A Partial is the job's result over some run of rows. The zero Partial is
// the result over no rows.
type Partial struct {
	Hour [Hours]kernels.GroupMoments // of the delay
	Hist [Hours * Cells]int64        // of the delay, hour by hour
	Co   kernels.CoMoments           // X is the delay, Y the distance
}

// Merge joins the results of two neighbouring runs of rows, a's first. Where
// one of them is empty the result is the other, bit for bit.
func Merge(a, b Partial) Partial {
	MergeInto(&a, &b)
	return a
}

// MergeInto is *a = Merge(*a, *b) without the copies.
func MergeInto(a, b *Partial) {
	for h := range a.Hour {
		a.Hour[h] = a.Hour[h].Merge(b.Hour[h])
	}
	for i, n := range b.Hist {
		a.Hist[i] += n
	}
	a.Co = a.Co.Merge(b.Co)
}

// Leaves returns the number of leaves of a table.
func Leaves(rows int) int { return (rows + LeafRows - 1) / LeafRows }

// Leaf returns the rows [lo, hi) of leaf i of a table.
func Leaf(i, rows int) (lo, hi int) {
	return i * LeafRows, min((i+1)*LeafRows, rows)
}

// Fold merges the partials of all leaves in the fixed binary tree, in place:
// node (l, i) covers the leaves [i<<l, (i+1)<<l) and is the merge of its two
// halves, or the left one alone where there is no right. No leaves give the
// zero Partial.
func Fold(leaves []Partial) Partial {
	if len(leaves) == 0 {
		return Partial{}
	}
	for step := 1; step < len(leaves); step *= 2 {
		for i := 0; i+step < len(leaves); i += 2 * step {
			MergeInto(&leaves[i], &leaves[i+step])
		}
	}
	return leaves[0]
}
