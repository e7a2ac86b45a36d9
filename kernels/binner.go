package kernels

import "math"

// binner is what the assembly of the histograms needs to know: values are
// clamped to [below, above]; then (v - offset) * perWidth, truncated, is the
// cell within the group, whose first cell is code * stride. Assembly knows
// this layout.
type binner struct {
	below, above     int64
	offset, perWidth float64
	stride           int32
}

const (
	// Bounds within which all of binCells is exact.
	maxEdge   = 1 << 49
	maxStride = math.MaxInt16
	// maxTable is up to how many cells eight tables of counts are kept, so that
	// a row need not wait for the row before it to be counted, even if nearly
	// all are of one cell.
	maxTable = 1024
	// binBlock is how many rows are binned before they are counted.
	binBlock = 1024
	// mostCounted is how many rows a table counts before it is emptied, so that
	// no count overflows.
	mostCounted = 1 << 30
)

// newBinner returns the parameters for b; ok is false if the vector bodies
// cannot be exact with them, or the table would be too large.
func newBinner(b *BinsInt64, cells int) (p binner, ok bool) {
	end := b.Edge(b.n)
	if b.lo < -maxEdge || end > maxEdge || b.Cells() > maxStride || cells > maxTable {
		return binner{}, false
	}
	return binner{
		below:    b.lo - 1,
		above:    end,
		offset:   float64(b.lo-b.width) - 0.5,
		perWidth: 1 / float64(b.width),
		stride:   int32(b.Cells()),
	}, true
}

// row are eight counts of a cell, for elements 0 to 7 and so on in turn.
// Assembly knows this layout.
type row [8]uint32

// table are the rows of all cells.
type table [maxTable]row

// noCodes are the codes of rows that are all of group 0.
var noCodes [binBlock]uint8

// histogramVector bins by vectors and counts one by one.
func histogramVector(cells []int64, codes []uint8, x []int64, b *BinsInt64, p *binner) {
	for len(x) > mostCounted {
		m := min(mostCounted, len(codes)) // 0 without codes
		histogramVector(cells, codes[:m], x[:mostCounted], b, p)
		codes, x = codes[m:], x[mostCounted:]
	}
	var counts table
	for len(x) >= binBlock {
		giveWay(len(x))
		group := &noCodes[0]
		if codes != nil {
			group, codes = &codes[0], codes[binBlock:]
		}
		counts.add(group, x, p)
		x = x[binBlock:]
	}
	addRows(cells, counts[:])
	histogramPlain(cells, codes, x, b)
}

// add counts the first block of x, whose next block is on its way meanwhile.
func (t *table) add(codes *uint8, x []int64, p *binner) {
	var rows [binBlock]uint32
	if active == levelAVX512 {
		binCellsAVX512(&rows[0], codes, x[:binBlock], &p.below)
	} else {
		binCellsAVX2(&rows[0], codes, x[:binBlock], &p.below)
	}
	next := x[binBlock:]
	for i := 0; i < binBlock; i += fetched {
		if len(next) >= i+fetched {
			fetch(&next[i])
		}
		t.count(rows[i : i+fetched])
	}
}

// fetched is how many rows are counted while as many are fetched: counting
// takes about as long as their lines take to come, 16 of them, and a core has
// few more under way at once. All of a block at once would be waited for.
const fetched = 16 * 64 / 8

func fetch(x *int64) {
	if active == levelAVX512 {
		fetchAVX512(x)
	} else {
		fetchAVX2(x)
	}
}

// count counts a multiple of 8 rows, given where in the table each has its
// counts: what the assembly that bins them writes.
func (t *table) count(rows []uint32) {
	if active == levelAVX512 {
		countRowsAVX512(&t[0][0], rows)
	} else {
		countRowsAVX2(&t[0][0], rows)
	}
}

// total returns the count of a cell.
func (r *row) total() (n int64) {
	for _, part := range r {
		n += int64(part)
	}
	return n
}

// addRows adds to counts what as many rows have counted.
func addRows(counts []int64, t []row) {
	n := len(counts) &^ 3
	t = t[:len(counts)]
	switch {
	case n == 0:
	case active == levelAVX512:
		addRowsAVX512(counts[:n], &t[0][0])
	default:
		addRowsAVX2(counts[:n], &t[0][0])
	}
	for i := n; i < len(counts); i++ {
		counts[i] += t[i].total()
	}
}
