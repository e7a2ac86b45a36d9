package kernels

// HistogramFloat32 is [Histogram] for float32: edges are float64 still, and every
// element is compared with them exactly.
func HistogramFloat32(counts []int64, x []float32, b Bins) (out Outside) {
	if b.n == 0 || len(counts) != b.n {
		panic("kernels: the counts of a histogram differ from its bins in number")
	}
	var buffer [4 * widened]float64 // a table is made for each
	for len(x) > 0 {
		n := min(len(x), len(buffer))
		widenFloat32(buffer[:n], x[:n])
		out = out.Merge(Histogram(counts, buffer[:n], b))
		giveWay(len(x))
		x = x[n:]
	}
	return out
}

// HistogramInt32 is [HistogramInt64] for int32; bins are those of int64.
func HistogramInt32(cells []int64, x []int32, b BinsInt64) {
	if b.n == 0 || len(cells) != b.Cells() {
		panic("kernels: the cells of a histogram differ from its bins in number")
	}
	p, ok := newBinner(&b, len(cells))
	var buffer [binBlock]int64
	for len(x) > 0 {
		if ok && active != levelGo && len(x) >= binBlock {
			x = x[histogramInt32Vector(cells, x, &p):]
			continue
		}
		giveWay(len(x))
		n := min(len(x), len(buffer))
		widenInt32(buffer[:n], x[:n])
		histogramInt64Go(cells, buffer[:n], &b)
		x = x[n:]
	}
}

// histogramInt32Vector bins the whole blocks of x, and returns how many elements
// they have.
func histogramInt32Vector(cells []int64, x []int32, p *binner) int {
	var counts table
	var buffer [binBlock]int64
	end := min(len(x)/binBlock*binBlock, mostCounted)
	for at := 0; at < end; at += binBlock {
		safepoint()
		widenInt32(buffer[:], x[at:at+binBlock])
		counts.add(&noCodes[0], buffer[:], p)
	}
	addRows(cells, counts[:])
	return end
}
