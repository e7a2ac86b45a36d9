package kernels

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// loopArg is the documented loop: a NaN is more extreme than any number.
func loopArg(x []float64, better func(a, b float64) bool) int {
	best := -1
	for i, v := range x {
		if v != v {
			return i
		}
		if best < 0 || better(v, x[best]) {
			best = i
		}
	}
	return best
}

// Few different values in pieces, blocks and tails: extremes stand in several
// lanes, pieces and blocks, and the first of them is found.
func TestFirstOfEqualExtremes(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 1))
	for _, n := range []int{1, 7, 8, 9, 63, 64, 65, 300, pieceSize, pieceSize + 1, 3*pieceSize + 9, block1, block1 + 1, 2*block1 + pieceSize + 5} {
		for _, rare := range []int{2, 50, n} {
			x, y := make([]float64, n), make([]int64, n)
			for i := range x {
				if v := r.IntN(rare + 1); v < 2 {
					x[i], y[i] = float64(2*v-1), int64(2*v-1)
				}
			}
			onEachLevel(t, func(t *testing.T) { argsAre(t, x, y) })
			x[r.IntN(n)] = math.NaN()
			x[r.IntN(n)] = math.NaN()
			onEachLevel(t, func(t *testing.T) { argsAre(t, x, y) })
		}
	}
}

func argsAre(t *testing.T, x []float64, y []int64) {
	t.Helper()
	less := func(a, b float64) bool { return a < b }
	more := func(a, b float64) bool { return a > b }
	got := []int{ArgMin(x), ArgMax(x), ArgMinInt64(y), ArgMaxInt64(y)}
	want := []int{loopArg(x, less), loopArg(x, more), slices.Index(y, slices.Min(y)), slices.Index(y, slices.Max(y))}
	if !slices.Equal(got, want) {
		t.Errorf("%d elements: extremes at %v, want %v", len(x), got, want)
	}
}

// What is as good as nothing: the numbers that searches begin with.
func TestWorstPossibleElements(t *testing.T) {
	inf := math.Inf(1)
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{1, 9, pieceSize + 3, block1 + 5} {
			x, y := make([]float64, n), make([]int64, n)
			for i := range x {
				x[i], y[i] = inf, math.MaxInt64
			}
			if lo, ok := Min(x); lo != inf || !ok || ArgMin(x) != 0 || ArgMinInt64(y) != 0 {
				t.Errorf("least of %d: %v, %v at %d, %d", n, lo, ok, ArgMin(x), ArgMinInt64(y))
			}
			for i := range x {
				x[i], y[i] = -inf, math.MinInt64
			}
			if hi, ok := Max(x); hi != -inf || !ok || ArgMax(x) != 0 || ArgMaxInt64(y) != 0 {
				t.Errorf("greatest of %d: %v, %v at %d, %d", n, hi, ok, ArgMax(x), ArgMaxInt64(y))
			}
		}
	})
}

// NaN in each place but one or none: the number is found, or its absence.
func TestNumbersAmongNaN(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{1, 5, 8, 64, 129, pieceSize + 70} {
			x := slices.Repeat([]float64{math.NaN()}, n)
			for _, f := range []func([]float64) (float64, bool){NanMin, NanMax} {
				if v, ok := f(x); ok || v == v {
					t.Fatalf("%d NaN have the extreme %v", n, v)
				}
			}
			for _, want := range []float64{3, math.Inf(1), math.Inf(-1)} {
				for at := 0; at < n; at += 1 + n/50 {
					x[at] = want
					lo, okLo := NanMin(x)
					hi, okHi := NanMax(x)
					if lo != want || hi != want || !okLo || !okHi {
						t.Fatalf("%v at %d of %d: %v, %v", want, at, n, lo, hi)
					}
					x[at] = math.NaN()
				}
			}
		}
	})
}

// Integers at the ends of their range, in every order.
func TestIntegersAtTheEdge(t *testing.T) {
	edge := []int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64 - 1, math.MaxInt64}
	r := rand.New(rand.NewPCG(11, 2))
	onEachLevel(t, func(t *testing.T) {
		for n := 1; n < 150; n++ {
			x := make([]int64, n)
			for i := range x {
				x[i] = edge[r.IntN(len(edge))]
			}
			lo, hi, _ := MinMaxInt64(x)
			least, _ := MinInt64(x)
			greatest, _ := MaxInt64(x)
			if lo != slices.Min(x) || hi != slices.Max(x) || least != lo || greatest != hi {
				t.Fatalf("of %v: %d, %d and %d, %d", x, lo, hi, least, greatest)
			}
		}
	})
}

// Every comparison of special numbers with special numbers is Go's.
func TestComparisonsAreThoseOfGo(t *testing.T) {
	special := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 1, -1, 5e-324, math.MaxFloat64}
	wants := []func(a, b float64) bool{
		Less: func(a, b float64) bool { return a < b }, LessEqual: func(a, b float64) bool { return a <= b },
		Greater: func(a, b float64) bool { return a > b }, GreaterEqual: func(a, b float64) bool { return a >= b },
		Equal: func(a, b float64) bool { return a == b }, NotEqual: func(a, b float64) bool { return a != b },
	}
	x := slices.Repeat(special, 15) // 135: two words and a tail
	bits := make([]uint64, Bits(len(x)))
	onEachLevel(t, func(t *testing.T) {
		for c, want := range wants {
			for _, number := range special {
				n := 0
				Compare(bits, x, Comparison(c), number)
				for i, v := range x {
					if want(v, number) {
						n++
					}
					if got := bits[i/64]>>(i%64)&1 == 1; got != want(v, number) {
						t.Fatalf("comparison %d of %v with %v: %v", c, v, number, got)
					}
				}
				if got := Count(x, Comparison(c), number); got != n || CountBits(bits) != n {
					t.Fatalf("comparison %d with %v: %d hold and %d bits are set, want %d", c, number, got, CountBits(bits), n)
				}
			}
		}
	})
}

// The piece that holds the best element is named, so that only it is searched.
func TestPieceOfTheBest(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		for place := 5; place < block1; place += pieceSize + 3 {
			x, y := make([]float64, block1), make([]int64, block1)
			want := place / pieceSize * pieceSize
			x[place], y[place] = -1, -1
			_, least, _ := leastFloat64.block(x)
			_, leastInt, _ := leastInt64.block(y)
			x[place], y[place], x[0], y[0] = 1, 1, -1, -1
			_, greatest, _ := greatestFloat64.block(x)
			_, greatestInt, _ := greatestInt64.block(y)
			if got := []int{least, leastInt, greatest, greatestInt}; slices.Min(got) != want || slices.Max(got) != want {
				t.Fatalf("the best at %d is in the pieces at %v, want %d", place, got, want)
			}
		}
	})
}
