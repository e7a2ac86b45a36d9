package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"sync"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/testmem"
)

func gemmUnits(k int) float64 { return 260 + float64(k)/128 }

// mostSide is the size of the largest matrices that all shapes are parts of.
const mostSide = 70

// sides are the sizes to try: all up to two tiles and around the unrolled loops, some
// more, and all of them in a stress run.
func sides(all int) (n []int) {
	for i := range mostSide + 1 {
		if i <= all || i >= mostSide-1 || os.Getenv("SHMENGINE_STRESS") != "" {
			n = append(n, i)
		}
	}
	if race.Enabled {
		r := rand.New(rand.NewPCG(uint64(all), 9))
		r.Shuffle(len(n), func(i, j int) { n[i], n[j] = n[j], n[i] })
		n = n[:len(n)/3]
	}
	return n
}

// gemmCase is a product of all rows and columns, of which others are parts.
type gemmCase struct {
	alpha, beta   float64
	a, b, c, want Matrix
}

var factorPairs = [][2]float64{{1, 0}, {1, 1}, {-0.75, 2}, {2, 0}}

func newGemmCase(t *testing.T, r *rand.Rand, k int) *gemmCase {
	pair := factorPairs[r.IntN(len(factorPairs))]
	g := &gemmCase{pair[0], pair[1], random(r, mostSide, k, false), random(r, k, mostSide, false), random(r, mostSide, mostSide, false), Matrix{}}
	g.want = random(r, mostSide, mostSide, false)
	g.want.take(g.c)
	Gemm(g.want, g.alpha, g.a, g.b, g.beta)
	for range 300 {
		i, j := r.IntN(mostSide), r.IntN(mostSide)
		value, size := dotProduct(g.beta, *g.c.at(i, j), g.alpha, k, func(p int) (x, y float64) { return *g.a.at(i, p), *g.b.at(p, j) })
		within(t, fmt.Sprintf("element %d, %d of %d products", i, j, k), *g.want.at(i, j), value, gemmUnits(k), size+0x1p-900)
	}
	return g
}

// Every shape, order and gap, flush with pages that fault, or anywhere: each element has
// the bits that it has as part of the whole, whose elements are compared with exact ones.
// Nothing else is written, and nothing outside is read: it is NaN.
func TestGemmOfEveryShape(t *testing.T) {
	const most = 8 * (mostSide + 3) * (mostSide + 1)
	var ends, starts [3][]byte
	for i := range ends {
		ends[i], starts[i] = testmem.Guarded(t, most, testmem.End), testmem.Guarded(t, most, testmem.Start)
	}
	onEachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(41, 2))
		tile := gemmTiles[active]
		for _, k := range sides(10) {
			g := newGemmCase(t, r, k)
			for _, m := range sides(2*tile.rows + 1) {
				for _, n := range sides(2*tile.cols + 1) {
					memory, begin := &ends, -1
					if r.IntN(3) == 0 {
						memory, begin = &starts, r.IntN(9)
					}
					place := func(i, rows, cols int) Matrix {
						return placed(memory[i], begin, rows, cols, r.IntN(3), r.IntN(2) == 0)
					}
					g.part(t, place(0, m, k), place(1, k, n), place(2, m, n))
				}
			}
		}
	})
}

// part multiplies the first rows and columns.
func (g *gemmCase) part(t *testing.T, a, b, c Matrix) {
	t.Helper()
	a.take(g.a)
	b.take(g.b)
	if g.beta != 0 { // otherwise NaN stays in it
		c.take(g.c)
	}
	Gemm(c, g.alpha, a, b, g.beta)
	c.sameBits(t, g.want)
	a.sameBits(t, g.a)
	b.sameBits(t, g.b)
}

// Products that cross the borders of all blocks: small whole numbers give exact sums,
// which a vector tells from wrong ones; others are compared with exact elements.
func TestGemmOfManyBlocks(t *testing.T) {
	sizes := [][3]int{{gemmRows + 9, 30, 2*gemmDepth + 3}, {17, 2*gemmCols + 25, gemmDepth + 1}, {65, gemmCols + 1, 5 * gemmDepth}, {1, 1, 3000}, {2100, 1, 7}, {1, 2100, 7}}
	if race.Enabled {
		sizes = sizes[1:2]
	}
	onEachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(41, 3))
		for _, s := range sizes {
			m, n, k := s[0], s[1], s[2]
			a, b, c := random(r, m, k, r.IntN(2) == 0), random(r, k, n, r.IntN(2) == 0), random(r, m, n, r.IntN(2) == 0)
			before := random(r, m, n, false)
			before.take(c)
			Gemm(c, 1.5, a, b, -2)
			for range 50 {
				i, j := r.IntN(m), r.IntN(n)
				value, size := dotProduct(-2, *before.at(i, j), 1.5, k, func(p int) (x, y float64) { return *a.at(i, p), *b.at(p, j) })
				within(t, fmt.Sprintf("element %d, %d of %v", i, j, s), *c.at(i, j), value, gemmUnits(k), size)
			}
			for _, x := range []Matrix{a, b, c} {
				x.each(func(v *float64, _, _ int) { *v = float64(r.IntN(9) - 4) })
			}
			checkWhole(t, r, c, a, b)
		}
	})
}

// checkWhole compares (3ab - c)x with 3a(bx) - cx, for a vector x; all are whole
// numbers below 2^53.
func checkWhole(t *testing.T, r *rand.Rand, c, a, b Matrix) {
	t.Helper()
	x := make([]float64, c.Cols)
	for i := range x {
		x[i] = float64(r.IntN(1 << 20))
	}
	times := func(m Matrix, x []float64) []float64 {
		y := make([]float64, m.Rows)
		m.each(func(v *float64, i, j int) { y[i] += *v * x[j] })
		return y
	}
	old, want := times(c, x), times(a, times(b, x))
	Gemm(c, 3, a, b, -1)
	for i, got := range times(c, x) {
		if got != 3*want[i]-old[i] {
			t.Fatalf("%d by %d by %d: row %d is wrong", c.Rows, c.Cols, a.Cols, i)
		}
	}
}

// Small products have the same bits where they lie and in tiles, so that it does not matter
// how large the parts of a product are.
func TestFewProductsHaveTheBitsOfTiles(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 9))
	onEachLevel(t, func(t *testing.T) {
		for range 300 {
			m, n, k := 1+r.IntN(12), 1+r.IntN(30), 1+r.IntN(gemmFewest-1)
			a, b := random(r, m, k, r.IntN(2) == 0), random(r, k, n, r.IntN(2) == 0)
			c, d := random(r, m, n, false), random(r, m, n, false)
			c.take(d)
			alpha, beta := [...]float64{1, 0.3, -2}[r.IntN(3)], [...]float64{0, 1, 0.7}[r.IntN(3)]
			gemmFew(&c, alpha, &a, &b, beta)
			gemmPacked(&d, alpha, &a, &b, beta)
			c.sameBits(t, d)
		}
	})
}

// Rows may be shared out: the bits are those of the whole.
func TestGemmByManyGoroutines(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 4))
	const m, n, k = 300, 170, 310
	a, b, c, before := random(r, m, k, false), random(r, k, n, true), random(r, m, n, false), random(r, m, n, false)
	onEachLevel(t, func(t *testing.T) {
		before.take(c)
		whole := random(r, m, n, true)
		whole.take(c)
		Gemm(whole, 0.3, a, b, 0.7)
		for _, rows := range []int{7, 64, 299} {
			c.take(before)
			var wg sync.WaitGroup
			for i := 0; i < m; i += rows {
				wg.Go(func() {
					some := min(rows, m-i)
					Gemm(c.Part(i, 0, some, n), 0.3, a.Part(i, 0, some, k), b, 0.7)
				})
			}
			wg.Wait()
			c.sameBits(t, whole)
		}
		c.take(before)
	})
}

// NaN and infinities go where the loop takes them, and come from nowhere else.
func TestGemmOfSpecialNumbers(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	onEachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(41, 5))
		for _, s := range [][3]int{{1, 1, 1}, {5, 13, 6}, {9, 25, 3}, {17, 50, gemmDepth + 2}} {
			m, n, k := s[0], s[1], s[2]
			for range 30 {
				a, b, c := random(r, m, k, r.IntN(2) == 0), random(r, k, n, r.IntN(2) == 0), random(r, m, n, false)
				i, p, j := r.IntN(m), r.IntN(k), r.IntN(n)
				*a.at(i, p) = [...]float64{nan, inf, -inf}[r.IntN(3)]
				for col := range n { // what is not a number meets 0 too
					*b.at(p, col) = float64(col % 3)
				}
				*c.at(i, j) = inf
				beta := float64(r.IntN(2))
				Gemm(c, 1, a, b, beta)
				c.each(func(v *float64, row, col int) {
					want := row == i && (math.IsNaN(*a.at(i, p)) || col%3 == 0 || beta != 0 && col == j && *a.at(i, p) < 0)
					if math.IsNaN(*v) != want || math.IsInf(*v, 0) != (row == i && !want) {
						t.Fatalf("%v: element %d, %d is %v; %v is at %d, %d", s, row, col, *v, *a.at(i, p), i, p)
					}
				})
			}
		}
	})
}

// As in BLAS: factors and results that do not count are not read.
func TestGemmThatReadsNothing(t *testing.T) {
	nan := math.NaN()
	r := rand.New(rand.NewPCG(41, 6))
	onEachLevel(t, func(t *testing.T) {
		for _, c := range []struct {
			k                       int
			alpha, beta, x, y, want float64
		}{
			{9, 0, 0, nan, nan, 0}, {9, 0, 1, nan, 5, 5}, {9, 0, 2, nan, 5, 10}, {0, 1, 3, nan, 5, 15}, {0, 1, 0, nan, nan, 0},
			{9, 1, 0, 1, nan, 9}, {9, 1, math.Copysign(0, -1), 1, nan, 9}, {9, nan, 1, 1, 1, nan}, {9, 1, nan, 1, 1, nan}, {0, nan, 1, 1, 1, 1}, {0, 1, nan, 1, 1, nan},
			{300, 1, 0, 1, nan, 300}, {300, 1, nan, 1, 1, nan},
		} {
			a, b, out := random(r, 11, c.k, false), random(r, c.k, 26, true), random(r, 11, 26, false)
			for m, v := range map[*Matrix]float64{&a: c.x, &b: c.x, &out: c.y} {
				m.each(func(to *float64, _, _ int) { *to = v })
			}
			Gemm(out, c.alpha, a, b, c.beta)
			out.each(func(v *float64, i, j int) {
				if *v != c.want && !(*v != *v && c.want != c.want) {
					t.Fatalf("%+v: element %d, %d is %v", c, i, j, *v)
				}
			})
		}
	})
}

func TestMisuseOfGemm(t *testing.T) {
	x := make([]float64, 100)
	c, a, b := Matrix{x, 2, 3, 10, false}, Matrix{x[40:], 2, 4, 4, false}, Matrix{x[60:], 4, 3, 3, false}
	short := a
	short.Data = short.Data[:7]
	onEachLevel(t, func(t *testing.T) {
		for what, f := range map[string]func(){
			"rows of c and a":    func() { Gemm(c, 1, a.T(), b, 0) },
			"columns of c and b": func() { Gemm(c, 1, a, b.T(), 0) },
			"columns and rows":   func() { Gemm(c, 1, a.Part(0, 0, 2, 3), b, 0) },
			"stride of 2^62": func() {
				Gemm(Matrix{x, 5, 1, 1 << 62, false}, 1, Matrix{x[50:], 5, 1, 1, false}, Matrix{x[60:], 1, 1, 1, false}, 0)
			},
			"short data":          func() { Gemm(c, 1, short, b, 0) },
			"c is a":              func() { Gemm(a.Part(0, 0, 2, 3), 1, a, b, 0) },
			"c is in b":           func() { Gemm(b.Part(2, 0, 2, 3), 1, a, b, 0) },
			"c is in a, one only": func() { Gemm(Matrix{x[40:], 2, 3, 20, false}, 1, a, b, 0) },
			"y is x":              func() { Gemv(x[:3], 1, Matrix{x[50:], 3, 3, 3, false}, x[2:5], 0) },
			"y is in a":           func() { Gemv(x[54:57], 1, Matrix{x[50:], 3, 3, 3, false}, x[:3], 0) },
			"length of y":         func() { Gemv(x[:2], 1, Matrix{x[50:], 3, 3, 3, false}, x[2:5], 0) },
			"length of x":         func() { Gemv(x[:3], 1, Matrix{x[50:], 3, 3, 3, false}, x[3:5], 0) },
			"short a":             func() { Gemv(x[:3], 1, Matrix{x[99:], 3, 3, 3, false}, x[3:6], 0) },
		} {
			for i := range x {
				x[i] = 1
			}
			panics(t, what, f)
			if Sum(x) != 100 {
				t.Errorf("%s: something was written", what)
			}
		}
		Gemm(c, 1, Matrix{x[3:], 2, 3, 10, false}, Matrix{x[6:], 3, 3, 10, false}, 0) // beside each other
	})
}
