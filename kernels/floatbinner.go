package kernels

// floatBinner is what the assembly of Histogram needs to know of the bins, as
// numbers: where they begin and end, their width and its inverse, the last
// bin, and the cells of what lies above the bins and of NaN. Assembly knows
// this layout.
type floatBinner struct {
	lo, hi, width, perWidth, last, above, nan float64
}

// cells returns the number of cells: one below the bins, one for each, one
// above them, one for NaN.
func (b *Bins) cells() int { return b.n + 3 }

// histogramFloatVector bins by vectors and counts one by one.
func histogramFloatVector(counts []int64, x []float64, b *Bins) (out Outside) {
	for len(x) > mostCounted {
		out = out.Merge(histogramFloatVector(counts, x[:mostCounted], b))
		x = x[mostCounted:]
	}
	var cells table
	n := float64(b.n)
	p := floatBinner{b.lo, b.hi, b.width, 1 / b.width, n - 1, n + 1, n + 2}
	for len(x) >= binBlock {
		safepoint()
		cells.addFloats(x[:binBlock], &p)
		x = x[binBlock:]
	}
	for i := range counts {
		counts[i] += cells.total(i + 1)
	}
	out = out.Merge(Outside{cells.total(0), cells.total(b.n + 1), cells.total(b.n + 2)})
	return out.Merge(histogramFloatPlain(counts, x, b))
}

func (t *table) addFloats(x []float64, p *floatBinner) {
	var rows [binBlock]uint32
	if active == levelAVX512 {
		binFloatsAVX512(&rows[0], x, &p.lo)
	} else {
		binFloatsAVX2(&rows[0], x, &p.lo)
	}
	t.count(rows[:])
}
