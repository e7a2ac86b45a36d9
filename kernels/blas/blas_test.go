package blas_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/kernels/blas"
	gblas "gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/mat"
)

// rounds is how many calls of each kind are made.
var rounds = 6000

func init() {
	if race.Enabled {
		rounds /= 10
	}
}

// call is a call of Dgemm or Dgemv with arguments that may be bad.
type call struct {
	tA, tB                     gblas.Transpose
	m, n, k, lda, ldb, ldc     int
	alpha, beta                float64
	shortA, shortB, shortC     int // elements that are missing
	incX, incY, shortX, shortY int
}

func (c call) sizes() (a, b, y int) {
	rows, cols := c.m, c.k
	if c.tA != gblas.NoTrans {
		rows, cols = cols, rows
	}
	a = max(0, (rows-1)*c.lda+cols-c.shortA)
	rows, cols = c.k, c.n
	if c.tB != gblas.NoTrans {
		rows, cols = cols, rows
	}
	return a, max(0, (rows-1)*c.ldb+cols-c.shortB), max(0, (c.m-1)*c.ldc+c.n-c.shortC)
}

// outcome is what a call leaves: the memory of its result, or what it panics with.
func outcome(c []float64, f func(c []float64)) (after []float64, panicked any) {
	after = slices.Clone(c)
	defer func() { panicked = recover() }()
	f(after)
	return after, nil
}

func same(t *testing.T, what string, c []float64, ours, gonums func(c []float64)) (panicked bool) {
	t.Helper()
	want, wantPanic := outcome(c, gonums)
	got, gotPanic := outcome(c, ours)
	if fmt.Sprint(gotPanic) != fmt.Sprint(wantPanic) {
		t.Fatalf("%s: panic %v, gonum's %v", what, gotPanic, wantPanic)
	}
	for i, v := range want {
		if got[i] != v && !(math.Abs(got[i]-v) <= 1e-12*(10+math.Abs(v))) && !(v != v && got[i] != got[i]) {
			t.Fatalf("%s: number %d is %v, gonum's %v", what, i, got[i], v)
		}
	}
	return wantPanic != nil
}

func normals(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

func transposes(r *rand.Rand) gblas.Transpose {
	return [...]gblas.Transpose{gblas.NoTrans, gblas.Trans, gblas.ConjTrans}[r.IntN(3)]
}

// randomCall is a good call, or one with one thing that is wrong.
func randomCall(r *rand.Rand) call {
	c := call{tA: transposes(r), tB: transposes(r), m: r.IntN(30), n: r.IntN(30), k: r.IntN(30)}
	c.alpha, c.beta = float64(r.IntN(3))-1, float64(r.IntN(3))-1
	if c.alpha == 0 && r.IntN(2) == 0 {
		c.alpha = 0.5
	}
	c.lda, c.ldb, c.ldc = max(1, c.m, c.k)+r.IntN(2), max(1, c.n, c.k)+r.IntN(2), max(1, c.n)+r.IntN(3)
	c.incX, c.incY = r.IntN(7)-3, r.IntN(7)-3 // 0 is wrong
	if r.IntN(3) != 0 {
		c.incX, c.incY = max(1, c.incX), max(1, c.incY)
	}
	wrong := []*int{&c.shortA, &c.shortB, &c.shortC, &c.shortX, &c.shortY}
	if r.IntN(4) == 0 {
		*wrong[r.IntN(len(wrong))] = 1
	}
	switch r.IntN(40) {
	case 0:
		c.tA = 'X'
	case 1:
		c.tB = 'X'
	case 2:
		c.lda = r.IntN(max(1, c.m, c.k))
	case 3:
		c.ldb = r.IntN(max(1, c.n, c.k))
	case 4:
		c.ldc = r.IntN(max(1, c.n))
	case 5:
		for _, n := range []*int{&c.m, &c.n, &c.k} {
			*n -= r.IntN(40)
		}
	}
	return c
}

// Good arguments give what they give with gonum, and bad ones the same panic.
func TestDgemmIsGonums(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 1))
	panics := 0
	for range rounds {
		c := randomCall(r)
		na, nb, nc := c.sizes()
		a, b := normals(r, na), normals(r, nb)
		args := func(im gblas.Float64) func(to []float64) {
			return func(to []float64) {
				im.Dgemm(c.tA, c.tB, c.m, c.n, c.k, c.alpha, a, c.lda, b, c.ldb, c.beta, to, c.ldc)
			}
		}
		if same(t, fmt.Sprintf("Dgemm %+v", c), normals(r, nc), args(blas.Implementation{}), args(gonum.Implementation{})) {
			panics++
		}
	}
	if panics < rounds/12 || panics > rounds*5/6 {
		t.Errorf("%d calls of %d panic", panics, rounds)
	}
}

func TestDgemvIsGonums(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 2))
	panics := 0
	for range rounds {
		c := randomCall(r)
		c.lda = max(c.lda-c.m, c.n, 1) + r.IntN(3) - r.IntN(20)/19
		lenX, lenY := c.n, c.m
		if c.tA != gblas.NoTrans {
			lenX, lenY = lenY, lenX
		}
		a := normals(r, max(0, (c.m-1)*c.lda+c.n-c.shortA))
		x := normals(r, max(0, (lenX-1)*max(c.incX, -c.incX)+1-c.shortX))
		y := normals(r, max(0, (lenY-1)*max(c.incY, -c.incY)+1-c.shortY))
		args := func(im gblas.Float64) func(to []float64) {
			return func(to []float64) {
				im.Dgemv(c.tA, c.m, c.n, c.alpha, a, c.lda, x, c.incX, c.beta, to, c.incY)
			}
		}
		if same(t, fmt.Sprintf("Dgemv %+v", c), y, args(blas.Implementation{}), args(gonum.Implementation{})) {
			panics++
		}
	}
	if panics < rounds/12 || panics > rounds*5/6 {
		t.Errorf("%d calls of %d panic", panics, rounds)
	}
}

func TestLevel1IsGonums(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 3))
	for range rounds {
		n, incX, incY, alpha := r.IntN(300)-2, r.IntN(4)-1, r.IntN(4)-1, float64(r.IntN(5))/2-1
		if r.IntN(2) == 0 {
			incX, incY = 1, 1
		}
		x := normals(r, max(0, n*max(1, incX, -incX)-r.IntN(2)*r.IntN(2)))
		y := normals(r, max(0, n*max(1, incY, -incY)-r.IntN(2)*r.IntN(2)))
		for _, v := range [][]float64{x, y} {
			if len(v) > 0 && r.IntN(10) == 0 {
				v[r.IntN(len(v))] = [...]float64{math.Inf(1), math.Inf(-1), math.NaN(), 1e300, -1e-300}[r.IntN(5)]
			}
		}
		for name, f := range map[string]func(im gblas.Float64) func([]float64){
			"Ddot": func(im gblas.Float64) func([]float64) {
				return func(y []float64) { x := slices.Clone(x); y[0] = im.Ddot(n, x, incX, y, incY) }
			},
			"Daxpy": func(im gblas.Float64) func([]float64) {
				return func(y []float64) { im.Daxpy(n, alpha, x, incX, y, incY) }
			},
			"Dscal": func(im gblas.Float64) func([]float64) { return func(y []float64) { im.Dscal(n, alpha, y, incY) } },
			"Dnrm2": func(im gblas.Float64) func([]float64) { return func(y []float64) { y[0] = im.Dnrm2(n, x, incX) } },
			"Dasum": func(im gblas.Float64) func([]float64) { return func(y []float64) { y[0] = im.Dasum(n, x, incX) } },
		} {
			same(t, fmt.Sprintf("%s of %d, %d and %d apart", name, n, incX, incY), append(y, 0), f(blas.Implementation{}), f(gonum.Implementation{}))
		}
	}
}

// What overlaps is left to gonum: the same bits, and no panic.
func TestOverlapsAreGonums(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 4))
	for range rounds / 3 {
		m, n, k := 1+r.IntN(9), 1+r.IntN(9), 1+r.IntN(9)
		memory := normals(r, 400)
		from := [3]int{r.IntN(200), r.IntN(200), r.IntN(200)}
		for name, f := range map[string]func(im gblas.Float64) func(c []float64){
			"Dgemm": func(im gblas.Float64) func(c []float64) {
				return func(c []float64) {
					im.Dgemm(gblas.NoTrans, gblas.NoTrans, m, n, k, 1, c[from[0]:], 20, c[from[1]:], 20, 1, c[from[2]:], 20)
				}
			},
			"Dgemv": func(im gblas.Float64) func(c []float64) {
				return func(c []float64) {
					im.Dgemv(gblas.NoTrans, m, n, 1, c[from[0]:], 20, c[from[1]:], 20, 1, c[from[2]:], 1)
				}
			},
			"Daxpy": func(im gblas.Float64) func(c []float64) {
				return func(c []float64) { im.Daxpy(100, 0.5, c[from[0]:], 1, c[from[1]:], 1) }
			},
		} {
			same(t, fmt.Sprintf("%s %d by %d by %d in %v", name, m, n, k, from), memory, f(blas.Implementation{}), f(gonum.Implementation{}))
		}
	}
}

// However a product is cut, it has the same bits.
func TestDgemmInParts(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 5))
	for _, s := range [][3]int{{500, 130, 90}, {130, 700, 90}, {385, 384, 300}, {97, 96, 400}} {
		m, n, k := s[0], s[1], s[2]
		a, b, c := normals(r, m*k), normals(r, k*n), normals(r, m*n)
		whole := slices.Clone(c)
		blas.Implementation{Goroutines: 1}.Dgemm(gblas.NoTrans, gblas.Trans, m, n, k, 0.5, a, k, b, k, 2, whole, n)
		for _, goroutines := range []int{2, 3, 64, 0} {
			got := slices.Clone(c)
			blas.Implementation{Goroutines: goroutines}.Dgemm(gblas.NoTrans, gblas.Trans, m, n, k, 0.5, a, k, b, k, 2, got, n)
			if !slices.Equal(got, whole) {
				t.Errorf("%v by %d goroutines is not the whole", s, goroutines)
			}
		}
	}
}

// A factorization of gonum's works in one matrix, part by part.
func TestFactorizations(t *testing.T) {
	blas64.Use(blas.Implementation{})
	defer blas64.Use(gonum.Implementation{})
	const n = 300
	a := mat.NewDense(n, n, normals(rand.New(rand.NewPCG(51, 6)), n*n))
	var lu mat.LU
	lu.Factorize(a)
	var inverse, product mat.Dense
	if err := lu.SolveTo(&inverse, false, mat.NewDiagDense(n, slices.Repeat([]float64{1}, n))); err != nil {
		t.Fatal(err)
	}
	product.Mul(a, &inverse)
	if one := mat.NewDiagDense(n, slices.Repeat([]float64{1}, n)); !mat.EqualApprox(&product, one, 1e-8) {
		t.Error("a matrix times its inverse is not 1")
	}
	var qr mat.QR
	qr.Factorize(a)
	var q, r mat.Dense
	qr.QTo(&q)
	qr.RTo(&r)
	product.Mul(&q, &r)
	if !mat.EqualApprox(&product, a, 1e-10) {
		t.Error("Q times R is not the matrix")
	}
}
