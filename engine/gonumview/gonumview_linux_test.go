package gonumview

import (
	"errors"
	"os"
	"reflect"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/shmarena"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

func newArena(tb testing.TB) *shmarena.Arena {
	tb.Helper()
	a, err := shmarena.Create(shmarena.Options{Size: 1 << 20})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := a.Close(); err != nil {
			tb.Error(err)
		}
	})
	return a
}

// numbered is a matrix whose elements are 10 i + j.
func numbered(tb testing.TB, a *shmarena.Arena, rows, cols int) Matrix {
	tb.Helper()
	m, err := NewMatrix(a, rows, cols)
	if err != nil {
		tb.Fatal(err)
	}
	d := m.Dense()
	d.Apply(func(i, j int, _ float64) float64 { return float64(10*i + j) }, d)
	return m
}

// gonum's matrix and the array are the same memory, both ways.
func TestSameMemory(t *testing.T) {
	m := numbered(t, newArena(t), 3, 4)
	s, d, raw := m.Array().Slice(), m.Dense(), m.Raw()
	if &d.RawMatrix().Data[0] != &s[0] || &raw.Data[0] != &s[0] || len(raw.Data) != 12 || cap(raw.Data) != 12 || raw.Stride != 4 {
		t.Errorf("at %p and %p, the array at %p; %d elements, capacity %d, stride %d", &d.RawMatrix().Data[0], &raw.Data[0], &s[0], len(raw.Data), cap(raw.Data), raw.Stride)
	}
	s[6] = 600
	if d.At(1, 2) != 600 {
		t.Error("gonum does not see what was written to the array")
	}
	d.Set(2, 3, 700)
	if s[11] != 700 || m.View().At(2, 3) != 700 {
		t.Error("the array does not have what gonum wrote")
	}
	v := VectorOf(m.Array())
	if x := v.VecDense(); &x.RawVector().Data[0] != &s[0] || x.Len() != 12 || v.Raw().Inc != 1 {
		t.Error("a vector of other memory")
	}
}

// Columns and parts have strides, and gonum writes only what is theirs.
func TestParts(t *testing.T) {
	m := numbered(t, newArena(t), 4, 5)
	part := m.Slice(1, 3, 2, 4)
	if rows, cols := part.Dims(); rows != 2 || cols != 2 || !mat.Equal(part.Dense(), mat.NewDense(2, 2, []float64{12, 13, 22, 23})) {
		t.Errorf("%v", mat.Formatted(part.Dense()))
	}
	col := m.Col(4).VecDense()
	col.ScaleVec(-1, col)
	m.Row(0).VecDense().SetVec(0, 99)
	part.Dense().Zero()
	want := mat.NewDense(4, 5, []float64{99, 1, 2, 3, -4, 10, 11, 0, 0, -14, 20, 21, 0, 0, -24, 30, 31, 32, 33, -34})
	if !mat.Equal(m.Dense(), want) {
		t.Errorf("\n%v", mat.Formatted(m.Dense()))
	}
	if got := blas64.Dot(m.Row(0).Raw(), m.Row(1).Raw()); got != 99*10+11+4*14 {
		t.Errorf("dot %v", got)
	}
	y := blas64.Vector{N: 4, Inc: 1, Data: make([]float64, 4)}
	blas64.Gemv(blas.NoTrans, 1, m.Raw(), m.Row(1).Raw(), 0, y)
	if y.Data[1] != 10*10+11*11+14*14 {
		t.Errorf("gemv %v", y.Data)
	}
}

// Growing leaves the shared memory.
func TestGrowCopies(t *testing.T) {
	m := numbered(t, newArena(t), 3, 3)
	part := m.Slice(0, 2, 0, 2)
	grown := part.Dense().Grow(1, 1).(*mat.Dense)
	grown.Set(2, 2, -1)
	grown.Set(0, 0, -2)
	if m.View().At(2, 2) != 22 || m.View().At(0, 0) != 0 {
		t.Errorf("Grow wrote into the array:\n%v", mat.Formatted(m.Dense()))
	}
}

func TestWrongShapes(t *testing.T) {
	a := newArena(t)
	x, err := shmarena.Alloc[float64](a, 12)
	if err != nil {
		t.Fatal(err)
	}
	v, err := shmarena.ViewOf(x, 3, 4)
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"5 by 2":            second(MatrixOf(x, 5, 2)),
		"negative":          second(MatrixOf(x, -3, -4)),
		"no rows":           second(NewMatrix(a, 0, 4)),
		"transposed":        second(ViewMatrix(v.Swap(0, 1))),
		"every second":      second(ViewMatrix(v.Every(1, 2))),
		"a row":             second(ViewMatrix(v.Pick(0, 0))),
		"matrix as vector":  second(ViewVector(v)),
		"nothing at all":    second(ViewMatrix(shmarena.View[float64]{})),
		"a vector of nil":   second(ViewVector(shmarena.View[float64]{})),
		"a matrix too many": second(NewMatrix(a, 1<<40, 1<<40)),
	} {
		if !errors.Is(err, shmarena.ErrArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, good := range []shmarena.View[float64]{v, v.Every(0, 2), v.Part(1, 1, 3), v.Part(1, 2, 3).Swap(0, 1).Part(0, 0, 1).Swap(0, 1)} {
		if m, err := ViewMatrix(good); err != nil || m.Check() != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
}

func TestNoMemory(t *testing.T) {
	a := newArena(t)
	if _, err := NewMatrix(a, 1<<10, 1<<10); !errors.Is(err, shmarena.ErrNoSpace) {
		t.Errorf("%v", err)
	}
	m := numbered(t, a, 3, 4)
	if err := m.Array().Free(); err != nil {
		t.Fatal(err)
	}
	if err := m.Check(); !errors.Is(err, shmarena.ErrFreed) {
		t.Errorf("Check of a freed matrix: %v", err)
	}
	if _, err := ViewVector(m.View().Pick(0, 0)); !errors.Is(err, shmarena.ErrFreed) {
		t.Errorf("%v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// Without elements there is nothing to point at.
func TestEmpty(t *testing.T) {
	var m Matrix
	if rows, cols := m.Dims(); rows != 0 || cols != 0 || !m.Dense().IsEmpty() || m.Raw().Data != nil || m.Check() != nil {
		t.Error("the zero Matrix is not empty")
	}
	v := VectorOf(shmarena.Array[float64]{})
	if v.Len() != 0 || !v.VecDense().IsEmpty() || v.Raw().Data != nil || v.Check() != nil {
		t.Error("a Vector of nothing is not empty")
	}
	if e := numbered(t, newArena(t), 2, 3).Slice(0, 0, 0, 3); !e.Dense().IsEmpty() {
		t.Error("a part of no rows is not empty")
	}
}

// inverter works on what the test gave it with gonum, in another process.
var inverter = reexec.Register("inverter", func(c *reexec.Child) {
	a, err := shmarena.FromFD(c.File(0).Fd())
	if err != nil {
		c.Fatalf("%v", err)
	}
	x, err := shmarena.Lookup[job](a, "job")
	if err != nil {
		c.Fatalf("%v", err)
	}
	j := &x.Slice()[0]
	if err := errors.Join(j.In.Check(), j.Out.Check(), j.Diagonal.Check()); err != nil {
		c.Fatalf("%v", err)
	}
	if err := j.Out.Dense().Inverse(j.In.Dense()); err != nil {
		c.Fatalf("%v", err)
	}
	j.In.Dense().Zero()
	for i := range j.Diagonal.Len() {
		j.Diagonal.VecDense().SetVec(i, j.Out.View().At(i, i))
	}
	c.Say("done")
	c.Hear()
})

type job struct {
	In, Out  Matrix
	Diagonal Vector
}

// A matrix is the same in every process that has the arena.
func TestTwoProcesses(t *testing.T) {
	a := newArena(t)
	source := mat.NewDense(3, 3, []float64{2, 0, 0, 0, 4, 0, 1, 0, 8})
	in, err := CopyMatrix(a, source)
	if err != nil {
		t.Fatal(err)
	}
	j := job{In: in, Out: numbered(t, a, 3, 3), Diagonal: numbered(t, a, 5, 3).Slice(1, 4, 0, 3).Col(1)}
	x, err := shmarena.CopyIn(a, []job{j})
	if err == nil {
		err = a.Publish("job", x)
	}
	if err != nil {
		t.Fatal(err)
	}
	d := j.Out.Dense() // made before the other process writes
	p := reexec.Start(t, inverter, reexec.Options{Files: []*os.File{a.File()}})
	p.Expect("done")
	var product mat.Dense
	product.Mul(source, d)
	if !mat.EqualApprox(&product, mat.NewDiagDense(3, []float64{1, 1, 1}), 1e-15) {
		t.Errorf("the other process inverted wrongly:\n%v", mat.Formatted(d))
	}
	if mat.Norm(j.In.Dense(), 1) != 0 {
		t.Error("the other process's Zero is not seen")
	}
	if got := j.Diagonal.VecDense(); got.AtVec(0) != 0.5 || got.AtVec(1) != 0.25 || got.AtVec(2) != 0.125 {
		t.Errorf("diagonal %v", mat.Formatted(got))
	}
	p.Say("end")
	p.Wait()
}

// They are values of the size that is promised.
func TestSizes(t *testing.T) {
	if n := reflect.TypeFor[Matrix]().Size(); n != 104 {
		t.Errorf("a Matrix has %d bytes", n)
	}
	if n := reflect.TypeFor[Vector]().Size(); n != 104 {
		t.Errorf("a Vector has %d bytes", n)
	}
	m := numbered(t, newArena(t), 30, 30)
	if n := testing.AllocsPerRun(100, func() { _ = m.Raw().Data[0] + m.Col(3).Raw().Data[1] }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
