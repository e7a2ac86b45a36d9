package kernels

// gemmTile multiplies two panels of k elements for each row and column of a tile,
// and adds alpha times the product to beta times the first rows and cols of c.
func gemmTile(k int, a, b, c []float64, stride, rows, cols int, alpha, beta float64) {
	add := 0
	if beta != 0 { // NaN is not
		add = 1
	}
	switch active {
	case levelAVX512:
		gemmTileAVX512(k, &a[0], &b[0], &c[0], stride, rows, cols, alpha, beta, add)
	case levelAVX2:
		gemmTileAVX2(k, &a[0], &b[0], &c[0], stride, rows, cols, alpha, beta, add)
	default:
		gemmTileGo(k, a, b, c, stride, rows, cols, alpha, beta, add)
	}
}

// gemmTileGo is for tiles of 4 rows and 2 columns. Its sums fit in the registers
// that all architectures have.
func gemmTileGo(k int, a, b, c []float64, stride, rows, cols int, alpha, beta float64, add int) {
	var s0, s1, s2, s3, t0, t1, t2, t3 float64
	a, b = a[:4*k], b[:2*k]
	for len(a) >= 4 && len(b) >= 2 {
		x, y := b[0], b[1]
		s0 += float64(a[0] * x)
		t0 += float64(a[0] * y)
		s1 += float64(a[1] * x)
		t1 += float64(a[1] * y)
		s2 += float64(a[2] * x)
		t2 += float64(a[2] * y)
		s3 += float64(a[3] * x)
		t3 += float64(a[3] * y)
		a, b = a[4:], b[2:]
	}
	sums := [4][2]float64{{s0, t0}, {s1, t1}, {s2, t2}, {s3, t3}}
	for i := range rows {
		row := c[i*stride:][:cols]
		for j := range row {
			v := float64(alpha * sums[i][j])
			if add != 0 {
				v += float64(beta * row[j])
			}
			row[j] = v
		}
	}
}

// gemmPackLines is how many rows are copied into all panels before the next ones: as many as
// a set of the first cache holds lines, since rows of large matrices may share one.
const gemmPackLines = 8

// gemmNear is up to how many elements from its first to its last a block is in the second
// cache anyway, so that all rows of a panel are copied at once.
const gemmNear = 1 << 14

// gemmPack writes panels of w columns each, one after the other. What the last one has beyond
// x is any number: only what the tile does not write depends on it.
func gemmPack(dst []float64, w int, x *Matrix) {
	lines := x.Rows
	if active != levelGo && !x.ByColumns && x.Rows*x.Stride > gemmNear {
		lines = gemmPackLines
	}
	for i := 0; i < x.Rows; i += lines {
		rows := min(lines, x.Rows-i)
		for j := 0; j < x.Cols; j += w {
			safepoint()
			gemmPackPanel(dst[j*x.Rows+i*w:], w, &Matrix{x.from(i, j), rows, min(w, x.Cols-j), x.Stride, x.ByColumns})
		}
	}
}

// from returns the elements of a matrix from i, j on, which is one of them.
func (m *Matrix) from(i, j int) []float64 {
	if m.ByColumns {
		i, j = j, i
	}
	return m.Data[i*m.Stride+j:]
}

// gemmPackPanel writes the rows of x, at most w elements each, as rows of w.
func gemmPackPanel(dst []float64, w int, x *Matrix) {
	switch {
	case active == levelGo:
		gemmPackGo(dst, w, x)
	case x.ByColumns:
		gemmPackAlong(dst, w, x)
	default:
		gemmPackAcross(dst, w, x)
	}
}

func gemmPackGo(dst []float64, w int, x *Matrix) {
	if x.ByColumns {
		for j := range x.Cols {
			for p, v := range x.Data[j*x.Stride:][:x.Rows] {
				dst[p*w+j] = v
			}
		}
		return
	}
	for p := range x.Rows {
		copy(dst[p*w:][:x.Cols], x.Data[p*x.Stride:])
	}
}

// gemmPackAlong turns as many columns at once as a vector has lanes.
func gemmPackAlong(dst []float64, w int, x *Matrix) {
	lanes := gemmTiles[active].rows
	for j := 0; j < x.Cols; j += lanes {
		n, src := min(lanes, x.Cols-j), x.Data[j*x.Stride:]
		if active == levelAVX512 {
			gemmPackAlongAVX512(&dst[j], w, &src[0], x.Stride, n, x.Rows)
		} else {
			gemmPackAlongAVX2(&dst[j], w, &src[0], x.Stride, n, x.Rows)
		}
	}
}

func gemmPackAcross(dst []float64, w int, x *Matrix) {
	left := w == gemmTiles[active].rows
	switch {
	case active == levelAVX512 && left:
		gemmPackLeftAVX512(&dst[0], &x.Data[0], x.Stride, x.Cols, x.Rows)
	case active == levelAVX512:
		gemmPackRightAVX512(&dst[0], &x.Data[0], x.Stride, x.Cols, x.Rows)
	case left:
		gemmPackLeftAVX2(&dst[0], &x.Data[0], x.Stride, x.Cols, x.Rows)
	default:
		gemmPackRightAVX2(&dst[0], &x.Data[0], x.Stride, x.Cols, x.Rows)
	}
}
