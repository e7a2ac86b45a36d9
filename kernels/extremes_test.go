package kernels

import (
	"math"
	"testing"
)

// A NaN anywhere is the result of Min, Max and MinMax, though neither level nor twin
// compares as one with it; and the next call knows nothing of it.
func TestNaNSpreadsToExtremes(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{1, 2, 7, 8, 9, 16, 17, 33, 64, 129, 300} {
			x, y := make([]float64, n), make([]float32, n)
			for at := range n {
				for i := range n {
					x[i], y[i] = float64(i-n/2), float32(n/2-i)
				}
				x[at], y[at] = math.NaN(), nan32()
				extremesAreNaN(t, Min, Max, MinMax, x)
				extremesAreNaN(t, MinFloat32, MaxFloat32, MinMaxFloat32, y)
				extremesOfNumbers(t, Min, Max, MinMax, []float64{2, 1, 3})
				extremesOfNumbers(t, MinFloat32, MaxFloat32, MinMaxFloat32, []float32{2, 1, 3})
			}
		}
	})
}

// extremesAreNaN checks that all extremes of x are NaN.
func extremesAreNaN[T float64 | float32](t *testing.T, least, greatest func([]T) (T, bool), both func([]T) (lo, hi T, ok bool), x []T) {
	t.Helper()
	a, okA := least(x)
	b, okB := greatest(x)
	lo, hi, ok := both(x)
	if a == a || b == b || lo == lo || hi == hi || !okA || !okB || !ok {
		t.Fatalf("with a NaN the extremes of %v are %v, %v; %v and %v", x, a, b, lo, hi)
	}
}

// extremesOfNumbers checks the extremes of the numbers from 1 to 3, behind a NaN of another
// call each.
func extremesOfNumbers[T float64 | float32](t *testing.T, least, greatest func([]T) (T, bool), both func([]T) (lo, hi T, ok bool), x []T) {
	t.Helper()
	nan := []T{T(math.NaN())}
	least(nan)
	a, _ := least(x)
	greatest(nan)
	b, _ := greatest(x)
	both(nan)
	lo, hi, _ := both(x)
	if a != 1 || b != 3 || lo != 1 || hi != 3 {
		t.Fatalf("behind a NaN the extremes of %v are %v, %v; %v and %v", x, a, b, lo, hi)
	}
}

// The piece of the best element is named in later blocks too, so that no more than it
// is searched.
func TestPieceInALaterBlock(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		x, y := make([]float32, 2*narrow1), make([]int64, 2*block1)
		const from = 3*pieceSize + 5
		x[narrow1+from], y[block1+from] = -1, 1
		if _, at, _ := leastFloat32.of(x); at != narrow1+3*pieceSize {
			t.Errorf("the least float32 is in the piece at %d, want %d", at, narrow1+3*pieceSize)
		}
		if _, at, _ := greatestInt64.of(y); at != block1+3*pieceSize {
			t.Errorf("the greatest int64 is in the piece at %d, want %d", at, block1+3*pieceSize)
		}
	})
}
