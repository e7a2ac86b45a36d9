package kernels

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/shmengine/shmengine/internal/testmem"
)

// A sum by half vectors has the bits of that by whole ones, of any numbers and any length,
// and reads nothing outside: the pages before and behind are not to be read.
func TestSumByHalves(t *testing.T) {
	if best() < levelAVX512 {
		t.Skip("no AVX-512 on this machine or in this build")
	}
	const most = 20000
	ends, starts := testmem.Guarded(t, 8*most, testmem.End), testmem.Guarded(t, 8*most, testmem.Start)
	r := rand.New(rand.NewPCG(5, 12))
	for _, n := range append(lengths(), 8191, 8192, 8193, 8192+63, 16384, 16384+64, 16384+71, most) {
		for _, x := range [][]float64{view[float64](ends, 8*(most-n), n), view[float64](starts, 0, n)} {
			for i := range x {
				x[i] = r.NormFloat64() * math.Ldexp(1, r.IntN(60))
			}
			for special := range 4 {
				if special > 0 && n > 0 {
					x[r.IntN(n)] = []float64{0: 0, 1: math.Copysign(0, -1), 2: math.Inf(1), 3: math.NaN()}[special]
				}
				got, want := sumHalvesAVX512(x), sumAVX512(x)
				if math.Float64bits(got) != math.Float64bits(want) && (got == got || want == want) {
					t.Fatalf("%d elements, special %d: %v by halves, %v by whole vectors", n, special, got, want)
				}
			}
		}
	}
}
