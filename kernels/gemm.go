package kernels

import (
	"math/bits"
	"sync"
)

// Gemm multiplies matrices: up to rounding, with p over the columns of a,
//
//	for i, j of c { c[i][j] = beta*c[i][j] + alpha * sum over p of a[i][p]*b[p][j] }
//
// [Matrix.T] transposes any of them. As in BLAS, c is not read if beta is 0, and
// neither a nor b if alpha is 0; otherwise NaN and infinities of all elements
// spread as in the loop, also when the other factor is 0.
//
// The assembly fuses each multiplication with its addition; the plain-Go body does
// not. Either way the error of an element is at most (260 + k/128) * 2^-53 *
// (|beta*c| + |alpha| * sum|a*b|), k being the number of products, if none over- or
// underflows. An element depends on its row of a, its column of b, alpha, beta and
// [Level], and on nothing else: c may be computed in parts, by goroutines or
// processes of which each has some of the rows,
//
//	Gemm(c.Part(i, 0, n, c.Cols), alpha, a.Part(i, 0, n, a.Cols), b, beta)
//
// and will have the same bits. Parts of 256 rows and more lose nothing. One call is one
// thread.
//
// Memory: panels of a and b are copied, into buffers of up to 2.5 MiB a running call,
// which are used again. Nothing is allocated while there are enough of them.
//
// Preconditions; else it panics before anything is written:
//   - the matrices lie in their Data;
//   - a has the rows of c, b the columns of c, and a as many columns as b rows;
//   - c shares no element with a or b.
func Gemm(c Matrix, alpha float64, a, b Matrix, beta float64) {
	if c.Rows != a.Rows || c.Cols != b.Cols || a.Cols != b.Rows {
		panic("kernels: matrices differ in shape")
	}
	c.inside()
	a.inside()
	b.inside()
	if c.meets(&a) || c.meets(&b) {
		panic("kernels: matrix overlaps a factor")
	}
	if c.ByColumns {
		c, a, b = c.T(), b.T(), a.T()
	}
	switch {
	case alpha == 0 || a.Cols == 0 || c.empty():
		scaleMatrix(&c, beta)
	case few(c.Rows, c.Cols, a.Cols):
		gemmFew(&c, alpha, &a, &b, beta)
	default:
		gemmPacked(&c, alpha, &a, &b, beta)
	}
}

func gemmPacked(c *Matrix, alpha float64, a, b *Matrix, beta float64) {
	buffer, _ := gemmBuffers.Get().(*gemmBuffer)
	buffer.multiply(c, alpha, a, b, beta)
	gemmBuffers.Put(buffer)
}

// scaleMatrix multiplies a matrix by a number, and does not read it if that is 0.
func scaleMatrix(c *Matrix, beta float64) {
	if beta == 1 || c.empty() {
		return
	}
	for i := range c.Rows {
		scaleVector(c.Data[i*c.Stride:][:c.Cols], beta)
	}
}

func scaleVector(y []float64, beta float64) {
	switch beta {
	case 0:
		var p pace
		for ; len(y) > block1; y = y[block1:] { // clear has no safepoint
			clear(y[:block1])
			p.spend(block1, lookElems)
		}
		clear(y)
	case 1:
	default:
		Scale(y, beta, y)
	}
}

// A product is made of blocks, after Goto and van de Geijn, "Anatomy of
// high-performance matrix multiplication" (2008), with rows and columns changed:
// the right factor's block is for the second cache, a panel of the left one for
// the first, and the tile of the product is in registers.
const (
	gemmDepth = 256  // products that are added up in registers
	gemmCols  = 240  // of the right factor, in the second cache
	gemmRows  = 1024 // of the left factor, in the third
)

// Multiplications between two looks at the clock, of which a tile has as many however full it
// is, and the work of packing and writing a tile, in products for each of its elements.
const (
	gemmLook    = 1 << 19
	gemmTileEnd = 16
)

// gemmTiles are the sizes of a tile: a multiple of each fits the blocks.
var gemmTiles = [...]struct{ rows, cols int }{levelGo: {4, 2}, levelAVX2: {4, 12}, levelAVX512: {8, 24}}

// gemmBuffer holds packed blocks of the factors, panel after panel: a panel has
// the rows (or columns) of a tile, and one after the other the elements that
// are used together.
type gemmBuffer struct {
	left, right []float64
	pace        pace
}

var gemmBuffers = sync.Pool{New: func() any { return new(gemmBuffer) }}

// sized returns x with n elements, whose values are any.
func sized(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n, 1<<bits.Len(uint(n-1)))
	}
	return x[:n]
}

// multiply adds alpha*a*b to beta*c, whose rows follow each other.
func (g *gemmBuffer) multiply(c *Matrix, alpha float64, a, b *Matrix, beta float64) {
	tile := gemmTiles[active]
	g.pace = pace{}
	depth := evenly(a.Cols, gemmDepth)
	most, width := upTo(evenly(c.Rows, gemmRows), tile.rows), upTo(evenly(c.Cols, gemmCols), tile.cols)
	for i := 0; i < c.Rows; i += most {
		rows, so := min(most, c.Rows-i), beta
		for p := 0; p < a.Cols; p += depth {
			k := min(depth, a.Cols-p)
			g.left = sized(g.left, upTo(rows, tile.rows)*k)
			gemmPack(g.left, tile.rows, &Matrix{a.from(i, p), k, rows, a.Stride, !a.ByColumns})
			for j := 0; j < c.Cols; j += width {
				cols := min(width, c.Cols-j)
				g.right = sized(g.right, upTo(cols, tile.cols)*k)
				gemmPack(g.right, tile.cols, &Matrix{b.from(p, j), k, cols, b.Stride, b.ByColumns})
				g.block(&Matrix{c.from(i, j), rows, cols, c.Stride, false}, alpha, so, k)
			}
			so = 1 // c holds the sums so far
		}
	}
}

// evenly returns the size of the parts that n is cut into so that none is longer
// than most, and all are about as long.
func evenly(n, most int) int {
	if n <= most {
		return n // without the divisions, which count in small products
	}
	parts := (n + most - 1) / most
	return (n + parts - 1) / parts
}

// upTo rounds n up to a multiple of step.
func upTo(n, step int) int { return (n + step - 1) / step * step }

// block adds the product of the packed blocks to beta*c.
func (g *gemmBuffer) block(c *Matrix, alpha, beta float64, k int) {
	tile := gemmTiles[active]
	for i := 0; i < c.Rows; i += tile.rows {
		left, rows := g.left[i*k:], min(tile.rows, c.Rows-i)
		g.pace.spend(tile.rows*c.Cols*(k+gemmTileEnd), gemmLook)
		for j := 0; j < c.Cols; j += tile.cols {
			gemmTile(k, left, g.right[j*k:], c.Data[i*c.Stride+j:], c.Stride, rows, min(tile.cols, c.Cols-j), alpha, beta)
		}
	}
}
