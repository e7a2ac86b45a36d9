package kernels

import "fmt"

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
	var out Outside
	for len(x) > 0 {
		safepoint()
		part := x[:min(len(x), block1)]
		histogramGo(counts, part, &b, &out)
		x = x[len(part):]
	}
	return out
}

func histogramGo(counts []int64, x []float64, b *Bins, out *Outside) {
	perWidth := 1 / b.width
	for _, v := range x {
		switch {
		case v < b.lo:
			out.Below++
		case v > b.hi:
			out.Above++
		case v != v:
			out.NaN++
		default:
			counts[b.index(v, perWidth)]++
		}
	}
}

// index returns the bin of v, which lies in their range: an estimate, mended
// by the edges themselves. It is off by at most one, since bins are wider than
// the spacing of float64.
func (b *Bins) index(v, perWidth float64) int {
	i := min(int((v-b.lo)*perWidth), b.n-1)
	if v < b.Edge(i) {
		return i - 1
	}
	if i+1 < b.n && v >= b.Edge(i+1) {
		return i + 1
	}
	return i
}

// HistogramInt64 adds to cells the number of x below the bins (cells[0]), in
// bin i (cells[i+1]) and above them (cells[n+1]). With w, n of the bins it is
// the loop
//
//	for _, v := range x { cells[1 + clamp(floor((v-lo) / w), -1, n)]++ }
//
// Preconditions: len(cells) == b.Cells(), b from [NewBinsInt64]; else it panics.
func HistogramInt64(cells []int64, x []int64, b BinsInt64) {
	if b.n == 0 || len(cells) != b.Cells() {
		panic("kernels: the cells of a histogram differ from its bins in number")
	}
	histogramCells(cells, nil, x, &b)
}

// GroupedHistogramInt64 makes a histogram for each group: codes[i] is the
// group of x[i], and the cells of group g are cells[g*b.Cells():][:b.Cells()],
// as of [HistogramInt64]. It is the loop
//
//	for i, v := range x { cells[codes[i]*(n+2) + 1 + clamp(floor((v-lo) / w), -1, n)]++ }
//
// A code without cells is ErrCode, and nothing is written.
//
// Preconditions, else it panics: len(codes) == len(x); len(cells) is a
// multiple of b.Cells(); b from [NewBinsInt64].
func GroupedHistogramInt64(cells []int64, codes []uint8, x []int64, b BinsInt64) error {
	sameLength(len(codes), len(x))
	if b.n == 0 || len(cells)%b.Cells() != 0 {
		panic("kernels: the cells of a histogram are not a multiple of its bins")
	}
	if err := checkCodes(codes, len(cells)/b.Cells()); err != nil {
		return fmt.Errorf("kernels: grouped histogram: %w", err)
	}
	histogramCells(cells, codes, x, &b)
	return nil
}

// histogramCells counts x into cells; without codes all are of group 0.
func histogramCells(cells []int64, codes []uint8, x []int64, b *BinsInt64) {
	for len(x) > 0 {
		safepoint()
		n := min(len(x), block2)
		if codes == nil {
			histogramInt64Go(cells, x[:n], b)
		} else {
			groupedHistogramInt64Go(cells, codes[:n], x[:n], b)
			codes = codes[n:]
		}
		x = x[n:]
	}
}

func histogramInt64Go(cells []int64, x []int64, b *BinsInt64) {
	for _, v := range x {
		cells[b.cell(v)]++
	}
}

func groupedHistogramInt64Go(cells []int64, codes []uint8, x []int64, b *BinsInt64) {
	for i, v := range x {
		cells[int(codes[i])*b.Cells()+b.cell(v)]++
	}
}
