package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/testmem"
)

func gemvUnits(a Matrix) float64 {
	if a.ByColumns {
		return float64(a.Cols) + 3
	}
	return 520 + float64(a.Cols)/4096
}

// Every shape, flush with pages that fault or anywhere, as for Gemm.
func TestGemvOfEveryShape(t *testing.T) {
	const most = 8 * (mostSide + 3) * (mostSide + 1)
	var ends, starts [3][]byte
	for i := range ends {
		ends[i], starts[i] = testmem.Guarded(t, most, testmem.End), testmem.Guarded(t, most, testmem.Start)
	}
	onEachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(42, 1))
		for _, n := range sides(50) {
			for _, byColumns := range []bool{false, true} {
				pair := factorPairs[r.IntN(len(factorPairs))]
				a, x, y := random(r, mostSide, n, byColumns), random(r, n, 1, false), random(r, mostSide, 1, false)
				whole := gemvWhole(t, pair, a, x, y)
				for m := range mostSide + 1 {
					memory, begin := &ends, -1
					if r.IntN(3) == 0 {
						memory, begin = &starts, r.IntN(9)
					}
					pa := placed(memory[0], begin, m, n, r.IntN(3), byColumns)
					px, py := placed(memory[1], begin, n, 1, 0, false), placed(memory[2], begin, m, 1, 0, false)
					pa.take(a)
					px.take(x)
					if pair[1] != 0 {
						py.take(y)
					}
					Gemv(py.Data, pair[0], pa, px.Data, pair[1])
					py.sameBits(t, whole)
					px.sameBits(t, x)
					pa.sameBits(t, a)
				}
			}
		}
	})
}

// column returns the elements of a matrix of one column as a vector.
func column(m Matrix) []float64 {
	x := make([]float64, m.Rows)
	m.each(func(v *float64, i, _ int) { x[i] = *v })
	return x
}

// gemvWhole returns a product, each element of which is compared with an exact one.
func gemvWhole(t *testing.T, pair [2]float64, a, x, y Matrix) Matrix {
	t.Helper()
	got, vector := column(y), column(x)
	Gemv(got, pair[0], a, vector, pair[1])
	for i, v := range got {
		value, size := dotProduct(pair[1], *y.at(i, 0), pair[0], a.Cols, func(j int) (p, q float64) { return *a.at(i, j), vector[j] })
		within(t, fmt.Sprintf("element %d of %d products, by columns: %v", i, a.Cols, a.ByColumns), v, value, gemvUnits(a), size+0x1p-900)
	}
	return Matrix{got, len(got), 1, 1, false}
}

func TestGemvOfManyBlocks(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(42, 2))
		sizes := [][2]int{{3, 2*gemvWidth + 5}, {9, gemvWidth + 1}, {gemvDepth + 1, 17}, {2*gemvDepth + 3, 5}, {1, 10_000}, {10_000, 1}}
		if race.Enabled {
			sizes = sizes[:3]
		}
		for _, s := range sizes {
			for _, byColumns := range []bool{false, true} {
				a, x, y := random(r, s[0], s[1], byColumns), random(r, s[1], 1, false), random(r, s[0], 1, false)
				gemvWhole(t, [2]float64{-1.5, 2}, a, x, y)
			}
		}
	})
}

func TestGemvOfSpecialNumbers(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	onEachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(42, 3))
		for _, byColumns := range []bool{false, true} {
			for range 300 {
				m, n := 1+r.IntN(30), 1+r.IntN(30)
				a, x, y := random(r, m, n, byColumns), make([]float64, n), make([]float64, m)
				for i := range y {
					y[i] = nan
				}
				i, j := r.IntN(m), r.IntN(n)
				*a.at(i, j) = inf // times 0
				Gemv(y, 1, a, x, 0)
				for row, v := range y {
					if math.IsNaN(v) != (row == i) || row != i && v != 0 {
						t.Fatalf("%d by %d: element %d is %v, %v is at %d, %d", m, n, row, v, inf, i, j)
					}
				}
			}
		}
	})
}

// As in BLAS: what does not count is not read.
func TestGemvThatReadsNothing(t *testing.T) {
	nan := math.NaN()
	r := rand.New(rand.NewPCG(42, 4))
	onEachLevel(t, func(t *testing.T) {
		for _, c := range []struct {
			n                       int
			alpha, beta, x, y, want float64
		}{
			{9, 0, 0, nan, nan, 0}, {9, 0, 1, nan, 5, 5}, {9, 0, 2, nan, 5, 10}, {0, 1, 3, nan, 5, 15}, {0, 1, 0, nan, nan, 0},
			{9, 1, 0, 1, nan, 9}, {9, nan, 1, 1, 1, nan}, {9, 1, nan, 1, 1, nan}, {0, nan, 1, 1, 1, 1},
		} {
			for _, byColumns := range []bool{false, true} {
				a, x, y := random(r, 11, c.n, byColumns), make([]float64, c.n), make([]float64, 11)
				a.each(func(v *float64, _, _ int) { *v = c.x })
				for i := range x {
					x[i] = c.x
				}
				for i := range y {
					y[i] = c.y
				}
				Gemv(y, c.alpha, a, x, c.beta)
				for i, v := range y {
					if v != c.want && !(v != v && c.want != c.want) {
						t.Fatalf("%+v, by columns %v: element %d is %v", c, byColumns, i, v)
					}
				}
			}
		}
	})
}
