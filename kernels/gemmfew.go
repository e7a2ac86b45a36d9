package kernels

import "math"

// gemmFewest is the number of products from which copying the factors into panels
// costs less than it gains.
const gemmFewest = 256

// few reports whether a product of these sizes has less than that.
func few(m, n, k int) bool {
	return m < gemmFewest && n < gemmFewest && k < gemmFewest && m*n < gemmFewest && m*n*k < gemmFewest
}

// gemmFew adds alpha*a*b to beta*c, whose rows follow each other, without copying.
// The bits are those of a tile.
func gemmFew(c Matrix, alpha float64, a, b Matrix, beta float64) {
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
func (m Matrix) steps() (row, col int) {
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
