package ops

import (
	"context"
	"fmt"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

type product struct {
	A, B, C shmarena.View[float64]
	Cut     int64 // dimension of C that pieces are cut from
	Rows    int64 // of a piece in that dimension
}

var mulPiece = engine.NewKernel("ops/matmul", engine.Idempotent, func(t *engine.Task, p product) error {
	d := int(p.Cut)
	lo := piece(t) * int(p.Rows)
	hi := min(lo+int(p.Rows), p.C.Dim(d))
	c, a, b := p.C.Part(d, lo, hi), p.A, p.B
	if d == 0 {
		a = a.Part(0, lo, hi)
	} else {
		b = b.Part(1, lo, hi)
	}
	kernels.Gemm(matrixOf(c), 1, matrixOf(a), matrixOf(b), 0)
	return nil
})

// Rows or columns of a piece: each copies panels of the whole other factor, and what that
// costs is shared by its rows.
const (
	leastRows = 64  // fewer are not worth the way to a worker
	wantRows  = 256 // 128 take a tenth longer, 512 a fortieth less
	tileRows  = 8   // of the kernel: a piece of others ends in a tile that is partly empty
)

// most pieces of a worker: one that is held up leaves the rest to the others.
const mostPieces = 4

// rowsOf returns how many rows a piece has: as many as are wanted if there are enough, and
// for each worker the same number of pieces.
func rowsOf(long, workers int) int {
	each := min(max(long/(wantRows*workers), 1), mostPieces)
	rows := max(leastRows, pieces(long, each*workers))
	return pieces(rows, tileRows) * tileRows
}

// MatMul returns the product of two matrices: a new one, of a's rows and b's columns,
// whose array the caller frees. Views are cut and turned as they like ([shmarena.View.Swap]
// transposes one), but the elements of each row, or of each column, have to lie next to
// each other ([ErrArgument]), and a has as many columns as b rows ([engine.ErrLength]).
//
// Each element is that of kernels.Gemm, which says how far it may be off, whatever the
// number of workers. Of two factors without a common dimension it is all zeros.
func MatMul(ctx context.Context, e *engine.Engine, a, b shmarena.View[float64]) (out shmarena.View[float64], err error) {
	d := &desk{e: e}
	defer named("matmul", &err)
	defer d.close(&err)
	if err := factors(a, b); err != nil {
		return out, err
	}
	m, n := a.Dim(0), b.Dim(1)
	if m > 0 && n > (1<<62)/m {
		return out, fmt.Errorf("%w: a product of %d x %d elements", ErrArgument, m, n)
	}
	c, err := filled(d, m*n, func(c floats) error {
		if out, err = shmarena.ViewOf(c, m, n); err != nil {
			return err
		}
		return multiply(ctx, e, out, a, b)
	})
	if err != nil || c.IsZero() {
		return shmarena.View[float64]{}, err
	}
	return out, nil
}

// multiply writes the product to c, piece by piece of its longer side.
func multiply(ctx context.Context, e *engine.Engine, c, a, b shmarena.View[float64]) error {
	p := product{A: a, B: b, C: c}
	if c.Dim(1) > c.Dim(0) {
		p.Cut = 1
	}
	long := c.Dim(int(p.Cut))
	p.Rows = int64(rowsOf(long, e.Workers()))
	return over(ctx, e, mulPiece, pieces(long, int(p.Rows)), p)
}

// factors checks that two matrices can be multiplied.
func factors(a, b shmarena.View[float64]) error {
	for _, f := range []shmarena.View[float64]{a, b} {
		if err := f.Check(); err != nil {
			return err
		}
		if f.Rank() != 2 {
			return fmt.Errorf("%w: a factor of %d dimensions (want 2)", ErrArgument, f.Rank())
		}
		if f.Len() > 0 && f.Dim(0) > 1 && f.Dim(1) > 1 && f.Stride(0) != 1 && f.Stride(1) != 1 {
			return fmt.Errorf("%w: neither rows nor columns lie in one piece (strides %d and %d)", ErrArgument, f.Stride(0), f.Stride(1))
		}
	}
	if a.Dim(1) != b.Dim(0) {
		return fmt.Errorf("%w: %d x %d times %d x %d", engine.ErrLength, a.Dim(0), a.Dim(1), b.Dim(0), b.Dim(1))
	}
	return nil
}

// matrixOf is a view as package kernels takes it.
func matrixOf(v shmarena.View[float64]) kernels.Matrix {
	m := kernels.Matrix{Data: v.Span(), Rows: v.Dim(0), Cols: v.Dim(1), Stride: v.Stride(0)}
	if v.Dim(1) > 1 && v.Stride(1) != 1 {
		m.Stride, m.ByColumns = v.Stride(1), true
	}
	return m
}
