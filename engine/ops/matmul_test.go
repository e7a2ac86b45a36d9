package ops_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/engine/ops"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

// matrix returns a matrix of random numbers in the arena.
func matrix(t *testing.T, e *engine.Engine, rows, cols int, seed uint64) shmarena.View[float64] {
	t.Helper()
	v, err := shmarena.AllocView[float64](e.Arena(), rows, cols)
	if err != nil {
		t.Fatal(err)
	}
	copy(v.Span(), random(rows*cols, seed))
	t.Cleanup(func() { free(t, v.Array()) })
	return v
}

// product is the product by one call of the kernel.
func product(a, b shmarena.View[float64]) []float64 {
	m, k, n := a.Dim(0), a.Dim(1), b.Dim(1)
	plain := func(v shmarena.View[float64]) kernels.Matrix {
		x := make([]float64, 0, v.Len())
		for i := range v.Dim(0) {
			for j := range v.Dim(1) {
				x = append(x, v.At(i, j))
			}
		}
		return kernels.Matrix{Data: x, Rows: v.Dim(0), Cols: v.Dim(1), Stride: v.Dim(1)}
	}
	c := make([]float64, m*n)
	if k > 0 {
		kernels.Gemm(kernels.Matrix{Data: c, Rows: m, Cols: n, Stride: n}, 1, plain(a), plain(b), 0)
	}
	return c
}

func TestMatMul(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine.Engine) {
		for i, s := range [][3]int{{1, 1, 1}, {3, 5, 2}, {1, 300, 700}, {700, 300, 1}, {333, 129, 257}, {129, 40, 900}} {
			for turned := range 4 {
				t.Run(fmt.Sprint(s, turned), func(t *testing.T) {
					a, b := factor(t, e, s[0], s[1], turned&1 != 0, uint64(i)), factor(t, e, s[1], s[2], turned&2 != 0, uint64(i+100))
					checkProduct(t, e, a, b)
				})
			}
		}
	})
}

// factor is part of a larger matrix, and turned if so asked.
func factor(t *testing.T, e *engine.Engine, rows, cols int, turned bool, seed uint64) shmarena.View[float64] {
	t.Helper()
	if turned {
		return factor(t, e, cols, rows, false, seed).Swap(0, 1)
	}
	return matrix(t, e, rows+2, cols+3, seed).Part(0, 1, rows+1).Part(1, 2, cols+2)
}

// checkProduct compares with one call of the kernel, to the bit.
func checkProduct(t *testing.T, e *engine.Engine, a, b shmarena.View[float64]) {
	t.Helper()
	c, err := ops.MatMul(t.Context(), e, a, b)
	if err != nil {
		t.Fatal(err)
	}
	if c.Dim(0) != a.Dim(0) || c.Dim(1) != b.Dim(1) || !alike(c.Span(), product(a, b)) {
		t.Errorf("%d x %d: another product", c.Dim(0), c.Dim(1))
	}
	free(t, c.Array())
}

// Rows and columns of matrices are matrices, too, also those whose elements lie apart.
func TestMatMulOfVectors(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine.Engine) {
		m := matrix(t, e, 40, 50, 1)
		column, row := m.Part(1, 7, 8), m.Part(0, 3, 4)
		checkProduct(t, e, column, row)
		checkProduct(t, e, row, m.Swap(0, 1))
		checkProduct(t, e, column.Swap(0, 1), m)
		checkProduct(t, e, row, row.Swap(0, 1))
		checkProduct(t, e, column.Swap(0, 1), column)
	})
}

func TestMatMulRefuses(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine.Engine) {
		m := matrix(t, e, 6, 8, 1)
		before := e.Arena().Stats().InUse
		for name, c := range map[string]struct {
			a, b shmarena.View[float64]
			want error
		}{
			"lengths":             {m, m, engine.ErrLength},
			"no matrix":           {m, shmarena.View[float64]{}, ops.ErrArgument},
			"a vector":            {m.Pick(0, 1), m, ops.ErrArgument},
			"every other of both": {m.Every(0, 2).Every(1, 2), m, ops.ErrArgument},
		} {
			if out, err := ops.MatMul(t.Context(), e, c.a, c.b); !errors.Is(err, c.want) || !out.IsZero() {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		if after := e.Arena().Stats().InUse; after != before {
			t.Errorf("%d bytes are used, %d were before", after, before)
		}
	})
}
