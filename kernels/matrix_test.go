package kernels

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// at is where element i, j of a matrix lies.
func (m Matrix) at(i, j int) *float64 {
	if m.ByColumns {
		i, j = j, i
	}
	return &m.Data[i*m.Stride+j]
}

// placed returns a matrix whose lines are gap apart, in words of a memory: flush
// with its end, or begin bytes after its start. All words of it are the canary.
func placed(memory []byte, begin int, rows, cols, gap int, byColumns bool) Matrix {
	m := Matrix{Rows: rows, Cols: cols, ByColumns: byColumns}
	_, width := m.lines()
	m.Stride = width + gap
	if m.empty() {
		return m
	}
	n := m.span()
	if begin < 0 {
		begin = len(memory) - 8*n
	}
	m.Data = view[float64](memory, begin, n)
	for i := range m.Data {
		m.Data[i] = canary
	}
	return m
}

// canary is a NaN: nothing may come of it, and it may not change.
var canary = math.Float64frombits(0x7ff8_dead_beef_0001)

// random returns a matrix of its own, with NaN between its lines.
func random(r *rand.Rand, rows, cols int, byColumns bool) Matrix {
	m := placed(make([]byte, 8*(rows+3)*(cols+3)), 0, rows, cols, r.IntN(3), byColumns)
	m.each(func(v *float64, _, _ int) { *v = r.NormFloat64() })
	return m
}

func (m Matrix) each(f func(v *float64, i, j int)) {
	for i := range m.Rows {
		for j := range m.Cols {
			f(m.at(i, j), i, j)
		}
	}
}

// take copies the elements of a matrix at least as large.
func (m Matrix) take(from Matrix) {
	m.each(func(v *float64, i, j int) { *v = *from.at(i, j) })
}

// sameBits says that a matrix is the first rows and columns of another, to the bit,
// and that what lies between its lines is the canary.
func (m Matrix) sameBits(t *testing.T, want Matrix) {
	t.Helper()
	if m.empty() {
		return
	}
	n, width := m.lines()
	for i := range n {
		for j := range min(m.Stride, m.span()-i*m.Stride) {
			got := math.Float64bits(m.Data[i*m.Stride+j])
			switch {
			case j >= width:
				if got != math.Float64bits(canary) {
					t.Fatalf("%d by %d: %d behind line %d is %#x", m.Rows, m.Cols, j, i, got)
				}
			case m.ByColumns && got != math.Float64bits(*want.at(j, i)), !m.ByColumns && got != math.Float64bits(*want.at(i, j)):
				t.Fatalf("%d by %d: %d of line %d is %v", m.Rows, m.Cols, j, i, m.Data[i*m.Stride+j])
			}
		}
	}
}

func TestPartsOfAMatrix(t *testing.T) {
	for _, m := range []Matrix{{make([]float64, 18), 3, 4, 7, false}, {make([]float64, 20), 4, 3, 5, true}, {make([]float64, 6), 1, 6, 0, false}} {
		m.each(func(v *float64, i, j int) {
			if m.T().at(j, i) != v || m.T().T().at(i, j) != v {
				t.Errorf("%d by %d: element %d, %d is elsewhere in the transpose", m.Rows, m.Cols, i, j)
			}
			p := m.Part(i, j, m.Rows-i, m.Cols-j)
			p.each(func(v *float64, pi, pj int) {
				if m.at(i+pi, j+pj) != v {
					t.Errorf("%d by %d: part at %d, %d is elsewhere", m.Rows, m.Cols, i, j)
				}
			})
			if one := m.Part(i, j, 1, 1); len(one.Data) != 1 || cap(one.Data) < 1 || one.at(0, 0) != v {
				t.Errorf("%d by %d: %d, %d alone is %v", m.Rows, m.Cols, i, j, one)
			}
		})
	}
	m := Matrix{make([]float64, 20), 3, 4, 7, false}
	if p := m.Part(3, 4, 0, 0); !p.empty() || p.Data != nil {
		t.Errorf("nothing is %+v", p)
	}
	for what, f := range map[string]func(){
		"a row too many":      func() { m.Part(1, 0, 3, 1) },
		"a column too many":   func() { m.T().Part(0, 2, 1, 2) },
		"a negative row":      func() { m.Part(-1, 0, 1, 1) },
		"a negative number":   func() { m.Part(0, 0, 1, -1) },
		"as many as there is": func() { m.Part(1, 1, math.MaxInt, 1) },
	} {
		panics(t, what, f)
	}
}

// Overlaps finds what comparing all places finds.
func TestOverlapsIsComparingAll(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 1))
	data := make([]float64, 64)
	found := 0
	for range 60_000 {
		a, b := anywhere(r, data), anywhere(r, data)
		places := map[*float64]bool{}
		a.each(func(v *float64, _, _ int) { places[v] = true })
		want := false
		b.each(func(v *float64, _, _ int) { want = want || places[v] })
		if a.Overlaps(b) != want || b.Overlaps(a) != want {
			t.Fatalf("%+v and %+v: %v, %v, want %v", shape(a), shape(b), a.Overlaps(b), b.Overlaps(a), want)
		}
		if !want && !a.empty() && !b.empty() && overlap(a.Data[:a.span()], b.Data[:b.span()]) {
			found++
		}
	}
	if found < 500 {
		t.Errorf("only %d pairs lay in one another without an overlap", found)
	}
}

func shape(m Matrix) [5]int { return [5]int{m.Rows, m.Cols, m.Stride, len(m.Data), cap(m.Data)} }

// anywhere returns a small matrix somewhere in data.
func anywhere(r *rand.Rand, data []float64) Matrix {
	for {
		m := Matrix{Rows: r.IntN(5), Cols: r.IntN(5), ByColumns: r.IntN(2) == 0}
		n, width := m.lines()
		m.Stride = width + r.IntN(6)
		if n == 1 {
			m.Stride = r.IntN(3) // is not used
		}
		from := r.IntN(len(data))
		m.Data = data[from:]
		if m.empty() || m.span() <= len(m.Data) {
			return m
		}
	}
}

func TestMatrixOutsideItsData(t *testing.T) {
	x := make([]float64, 10)
	for what, m := range map[string]Matrix{
		"a row too many":         {x, 4, 3, 3, false},
		"a column too many":      {x, 3, 4, 3, true},
		"rows in one another":    {x, 2, 3, 2, false},
		"no stride":              {x, 2, 1, 0, false},
		"a negative stride":      {x, 2, 1, -1, false},
		"a negative row":         {x, -1, 1, 1, false},
		"negative both":          {x, -1, -1, 1, false},
		"no data":                {nil, 1, 1, 1, false},
		"the last row is short":  {x, 2, 4, 7, false},
		"a number that is large": {x, math.MaxInt/2 + 2, 2, 2, false},
		"a stride that is large": {x, 1, 3, math.MaxInt/2 + 1, true},
	} {
		panics(t, what, func() { m.Overlaps(Matrix{}) })
		panics(t, what, func() { Matrix{}.Overlaps(m) })
	}
	for _, m := range []Matrix{{x, 3, 3, 3, true}, {x, 2, 3, 7, false}, {x, 1, 10, 0, false}, {x, 10, 1, 1, false}, {nil, 0, 5, 0, false}, {nil, 7, 0, -3, true}} {
		if m.Overlaps(Matrix{}) {
			t.Errorf("%+v overlaps nothing", m)
		}
	}
}

// dotProduct is a sum of products, exact but for a last rounding to 400 bits.
func dotProduct(beta, c, alpha float64, k int, pair func(p int) (a, b float64)) (value *big.Float, size float64) {
	sum, product := exact(0), exact(0)
	for p := range k {
		a, b := pair(p)
		sum.Add(sum, product.Mul(exact(a), exact(b)))
		size += math.Abs(a * b)
	}
	sum.Mul(sum, exact(alpha))
	return sum.Add(sum, product.Mul(exact(beta), exact(c))), math.Abs(alpha)*size + math.Abs(beta*c)
}

// within says that v is a value but for an error of some units of a size.
func within(t *testing.T, what string, v float64, value *big.Float, units, size float64) {
	t.Helper()
	off, _ := new(big.Float).Sub(exact(v), value).Float64()
	if !(math.Abs(off) <= units*u*size) {
		t.Fatalf("%s is %v, want %v: an error of %.3g units, %.3g are allowed", what, v, value, math.Abs(off)/u/size, units)
	}
}
