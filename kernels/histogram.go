package kernels

// Outside counts the values that no bin of a histogram holds.
type Outside struct{ Below, Above, NaN int64 }

// Merge returns the counts of both.
func (o Outside) Merge(p Outside) Outside {
	return Outside{o.Below + p.Below, o.Above + p.Above, o.NaN + p.NaN}
}

// Histogram adds to counts[i] the number of x in bin i, and returns how many
// are in none. It is the loop
//
//	for _, v := range x {
//		if i, ok := bin(v); ok { counts[i]++ }
//	}
//
// where bin finds the i with b.Edge(i) <= v < b.Edge(i+1), exactly; b.Edge(n)
// itself is in the last bin. It is the same on every level.
//
// Preconditions: len(counts) == b.Len(), b from [NewBins]; else it panics.
func Histogram(counts []int64, x []float64, b Bins) Outside {
	if b.n == 0 || len(counts) != b.n {
		panic("kernels: the counts of a histogram differ from its bins in number")
	}
	if b.binsByVector(len(x)) {
		return histogramFloatVector(counts, x, &b)
	}
	return histogramFloatPlain(counts, x, &b)
}

func histogramFloatPlain(counts []int64, x []float64, b *Bins) (out Outside) {
	for len(x) > 0 {
		giveWay(len(x))
		part := x[:min(len(x), block1)]
		histogramGo(counts, part, b, &out)
		x = x[len(part):]
	}
	return out
}

// histogramGo estimates a bin, which is right unless the estimate is close to
// an edge, or v outside.
func histogramGo(counts []int64, x []float64, b *Bins, out *Outside) {
	lo, hi, perWidth, unsure := b.lo, b.hi, 1/b.width, b.unsure()
	for _, v := range x {
		t := (v - lo) * perWidth
		i := int(t)
		if past := t - float64(i); past >= unsure && 1-past >= unsure && v >= lo && v <= hi {
			counts[i]++
			continue
		}
		histogramNear(counts, v, i, b, out)
	}
}

// histogramNear counts v, which is in bin i or next to it if it is in any.
func histogramNear(counts []int64, v float64, i int, b *Bins, out *Outside) {
	switch {
	case v < b.lo:
		out.Below++
	case v > b.hi:
		out.Above++
	case v != v:
		out.NaN++
	default:
		counts[b.near(v, i)]++
	}
}

// near returns the bin of v by the edges themselves: an estimate is off by at
// most one, since bins are wider than the spacing of float64.
func (b *Bins) near(v float64, i int) int {
	i = min(i, b.n-1)
	if v < b.Edge(i) {
		return i - 1
	}
	if i+1 < b.n && v >= b.Edge(i+1) {
		return i + 1
	}
	return i
}
