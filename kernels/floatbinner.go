package kernels

// floatBinner is what the assembly of Histogram needs to know of the bins, as
// numbers: where they begin and end, their width and its inverse, the last
// bin, the cells of what lies above the bins and of NaN, a number in the cell
// above them, and how near to a whole number an estimate is not sure. Assembly
// knows this layout.
type floatBinner struct {
	lo, hi, width, perWidth, last, above, nan, top, unsure float64
}

func (b *Bins) binner() floatBinner {
	n := float64(b.n)
	return floatBinner{b.lo, b.hi, b.width, 1 / b.width, n - 1, n + 1, n + 2, n + 1.5, b.unsure()}
}

// unsure returns how near to a whole number (v-lo)/width, as computed, says
// nothing of the side of the edge on which v lies. With u = 2^-53, the estimate
// is rounded at most four times, each no more than u*(n+2), and the edge three
// times, u*n or u times the larger bound, in units of the width.
func (b *Bins) unsure() float64 {
	return 0x1p-50 * (float64(b.n+2) + max(b.hi, -b.lo)/b.width)
}

// cells returns the number of cells: one below the bins, one for each, one
// above them, one for NaN.
func (b *Bins) cells() int { return b.n + 3 }

const (
	// Up to how many cells tables are kept small: each is emptied for a call.
	fewCells, someCells = 64, 320
	// binFew, and one for every two bins, is below how many elements a table is
	// not worth its emptying and its adding up.
	binFew = 64
)

// binsByVector reports whether the vector bodies are the faster ones for n
// elements.
func (b *Bins) binsByVector(n int) bool {
	return active != levelGo && b.cells() <= maxTable && n >= binFew+b.n/2
}

// histogramFloatVector bins by vectors and counts one by one.
func histogramFloatVector(counts []int64, x []float64, b *Bins) (out Outside) {
	for len(x) > mostCounted {
		out = out.Merge(histogramFloatVector(counts, x[:mostCounted], b))
		x = x[mostCounted:]
	}
	whole := len(x) &^ 7
	switch cells := b.cells(); {
	case cells <= fewCells:
		out = out.Merge(histogramFew(counts, x[:whole], b))
	case cells <= someCells:
		out = out.Merge(histogramSome(counts, x[:whole], b))
	default:
		out = out.Merge(histogramMany(counts, x[:whole], b))
	}
	return out.Merge(histogramFloatPlain(counts, x[whole:], b))
}

func histogramFew(counts []int64, x []float64, b *Bins) Outside {
	var t [fewCells]row
	return countFloats(t[:], counts, x, b)
}

func histogramSome(counts []int64, x []float64, b *Bins) Outside {
	var t [someCells]row
	return countFloats(t[:], counts, x, b)
}

func histogramMany(counts []int64, x []float64, b *Bins) Outside {
	var t [maxTable]row
	return countFloats(t[:], counts, x, b)
}

// countFloats counts a multiple of 8 elements in a table of zeros that has a
// row for each cell.
func countFloats(t []row, counts []int64, x []float64, b *Bins) Outside {
	p := b.binner()
	for len(x) > 0 {
		part := x[:min(len(x), block1)]
		if mover == levelAVX512 {
			countFloatsAVX512(&t[0][0], part, &p.lo)
		} else {
			countFloatsAVX2(&t[0][0], part, &p.lo)
		}
		if x = x[len(part):]; len(x) > 0 {
			giveWay(len(x))
		}
	}
	addRows(counts, t[1:])
	return Outside{Below: t[0].total(), Above: t[b.n+1].total(), NaN: t[b.n+2].total()}
}
