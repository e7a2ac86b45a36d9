package kernels

import "math"

// Products that are done where they lie: for more, copying the factors into panels costs less
// than it gains. In plain Go that is counted in multiplications; beside assembly each sum costs
// as much as four, and of up to four sums copies take longer however many products each has.
const (
	gemmFewest = 256 // no side has as many: all are in one block
	gemmFewGo  = 256
	gemmFewAsm = 120
	gemmFewSum = 4
)

// few reports whether a product of these sizes is one of them.
func few(m, n, k int) bool {
	switch {
	case max(m, n, k) >= gemmFewest:
		return false
	case active == levelGo:
		return m*n*k < gemmFewGo
	}
	return m*n <= gemmFewSum || m*n*(k+gemmFewSum) < gemmFewAsm
}

// gemmFew adds alpha*a*b to beta*c, whose rows follow each other, without copying.
// The bits are those of a tile.
func gemmFew(c *Matrix, alpha float64, a, b *Matrix, beta float64) {
	aRow, aCol := a.steps()
	bRow, bCol := b.steps()
	fused := active != levelGo
	for i := range c.Rows {
		row := c.Data[i*c.Stride:][:c.Cols]
		for j, old := range row {
			v := float64(alpha * sumOf(a.Data[i*aRow:], aCol, b.Data[j*bCol:], bRow, a.Cols, fused))
			switch {
			case beta == 0:
			case fused:
				v = math.FMA(beta, old, v)
			default:
				v += float64(beta * old)
			}
			row[j] = v
		}
	}
}

// steps returns how far the next row and the next column lie.
func (m *Matrix) steps() (row, col int) {
	if m.ByColumns {
		return 1, m.Stride
	}
	return m.Stride, 1
}

// sumOf returns the inner product of k elements that are some steps apart.
func sumOf(x []float64, stepX int, y []float64, stepY, k int, fused bool) (s float64) {
	i, j := 0, 0
	for range k {
		if fused {
			s = math.FMA(x[i], y[j], s)
		} else {
			s += float64(x[i] * y[j])
		}
		i, j = i+stepX, j+stepY
	}
	return s
}
