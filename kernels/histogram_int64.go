package kernels

import "fmt"

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
	if p, ok := newBinner(b, len(cells)); ok && active != levelGo && len(x) >= binBlock {
		histogramVector(cells, codes, x, b, &p)
		return
	}
	histogramPlain(cells, codes, x, b)
}

func histogramPlain(cells []int64, codes []uint8, x []int64, b *BinsInt64) {
	for len(x) > 0 {
		giveWay(len(x))
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
