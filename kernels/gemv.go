package kernels

// Gemv multiplies a matrix by a vector: up to rounding
//
//	for i := range y { y[i] = beta*y[i] + alpha * sum over j of a[i][j]*x[j] }
//
// [Matrix.T] transposes a. As in BLAS, y is not read if beta is 0, and neither a
// nor x if alpha is 0; otherwise NaN and infinities spread as in the loop.
//
// The error of an element is at most (520 + n/4096) * 2^-53 * (|beta*y| + |alpha| *
// sum|a*x|) if rows follow each other, n being their length, and (n + 3) * 2^-53
// times that if columns do; unless something over- or underflows. Elements of y do not
// depend on each other: parts of y may be computed apart, with a.Part, and have
// the same bits. Nothing is allocated.
//
// Preconditions; else it panics before anything is written:
//   - the matrix lies in its Data;
//   - a has len(y) rows and len(x) columns;
//   - y shares no element with a or x.
func Gemv(y []float64, alpha float64, a Matrix, x []float64, beta float64) {
	sameLength(len(y), a.Rows)
	sameLength(len(x), a.Cols)
	if overlap(y, x) || vector(y).Overlaps(a) {
		panic("kernels: result overlaps an input")
	}
	switch {
	case alpha == 0 || a.empty():
		scaleVector(y, beta)
	case a.ByColumns:
		scaleVector(y, beta)
		gemvAdd(y, alpha, a, x)
	default:
		gemvDot(y, alpha, a, x, beta)
	}
}

// vector returns a vector as a matrix of one row.
func vector(x []float64) Matrix { return Matrix{x, 1, len(x), len(x), false} }

const (
	gemvDots  = 4    // rows that are multiplied at once
	gemvWidth = 4096 // elements of each; all rows are half of what a block may have
	gemvAdds  = 8    // columns that are added up at once
	gemvDepth = 2048 // elements of each, in the first cache
)

// gemvDot takes some rows at once, since they share x.
func gemvDot(y []float64, alpha float64, a Matrix, x []float64, beta float64) {
	var sums [gemvDots]float64
	var p pace
	for i := 0; i < len(y); {
		n := 1
		if len(y)-i >= gemvDots {
			n = gemvDots
		}
		gemvRows(&p, &sums, a.Data[i*a.Stride:], a.Stride, x, n)
		for r, sum := range sums[:n] {
			v := float64(alpha * sum)
			if beta != 0 {
				v += float64(beta * y[i+r])
			}
			y[i+r] = v
		}
		i += n
	}
}

// gemvRows multiplies n rows, 1 or as many as are taken at once, by x.
func gemvRows(p *pace, sums *[gemvDots]float64, a []float64, stride int, x []float64, n int) {
	*sums = [gemvDots]float64{}
	for j := 0; j < len(x); j += gemvWidth {
		some := x[j:min(j+gemvWidth, len(x))]
		p.spend(n*len(some), lookElems)
		var part [gemvDots]float64
		gemvDotBlock(&part, a[j:], stride, some, n)
		for r, v := range part[:n] {
			sums[r] += v
		}
	}
}

func gemvDotBlock(dst *[gemvDots]float64, a []float64, stride int, x []float64, n int) {
	switch {
	case active == levelAVX512 && n == gemvDots:
		gemvDotAVX512(&dst[0], &a[0], stride, x)
	case active == levelAVX512:
		gemvDotOneAVX512(&dst[0], &a[0], stride, x)
	case active == levelAVX2 && n == gemvDots:
		gemvDotAVX2(&dst[0], &a[0], stride, x)
	case active == levelAVX2:
		gemvDotOneAVX2(&dst[0], &a[0], stride, x)
	default:
		gemvDotGo(dst[:n], a, stride, x)
	}
}

func gemvDotGo(dst, a []float64, stride int, x []float64) {
	for r := range dst {
		dst[r] = dotGo(a[r*stride:][:len(x)], x)
	}
}

// gemvAdd adds multiples of columns to y, a piece of it at a time.
func gemvAdd(y []float64, alpha float64, a Matrix, x []float64) {
	most := gemvAdds
	if active == levelAVX2 {
		most = gemvAdds / 2
	}
	var factors [gemvAdds]float64
	var p pace
	for i := 0; i < len(y); i += gemvDepth {
		part := y[i:min(i+gemvDepth, len(y))]
		for j := 0; j < len(x); {
			n := 1
			if len(x)-j >= most {
				n = most
			}
			p.spend(n*len(part), lookElems)
			for r := range n {
				factors[r] = alpha * x[j+r]
			}
			gemvAddBlock(part, a.Data[j*a.Stride+i:], a.Stride, &factors, n)
			j += n
		}
	}
}

func gemvAddBlock(y, a []float64, stride int, x *[gemvAdds]float64, n int) {
	switch {
	case active == levelAVX512 && n > 1:
		gemvAddAVX512(y, &a[0], stride, &x[0])
	case active == levelAVX512:
		gemvAddOneAVX512(y, &a[0], stride, &x[0])
	case active == levelAVX2 && n > 1:
		gemvAddAVX2(y, &a[0], stride, &x[0])
	case active == levelAVX2:
		gemvAddOneAVX2(y, &a[0], stride, &x[0])
	default:
		gemvAddGo(y, a, stride, x[:n])
	}
}

func gemvAddGo(y, a []float64, stride int, x []float64) {
	for r, f := range x {
		column := a[r*stride:][:len(y)]
		for j := range y {
			y[j] += float64(f * column[j])
		}
	}
}
