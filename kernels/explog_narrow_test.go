package kernels

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// ulps32 returns how far got is from want, in steps of float32 at want.
func ulps32(got float32, want float64) float64 {
	_, exponent := math.Frexp(want)
	return math.Abs(float64(got)-want) / math.Ldexp(1, max(exponent-24, -149))
}

// hard32 is hard for float32.
func hard32(r *rand.Rand, n int, lo, hi float64) (x []float32) {
	for len(x) < n {
		v := float32(lo + (hi-lo)*r.Float64())
		if r.IntN(3) == 0 {
			v = math.Float32frombits(r.Uint32())
		}
		if float64(v) >= lo && float64(v) <= hi {
			x = append(x, v)
		}
	}
	return x
}

// The stated errors, against float64: of whole exponents, and of numbers whose
// results are close to one and to zero.
func TestExpAndLogFloat32Errors(t *testing.T) {
	r := rand.New(rand.NewPCG(75, 1))
	n := 16 * samples()
	for _, c := range []struct {
		name   string
		lo, hi float64
		f      func(dst, x []float32)
		want   func(x float64) float64
	}{
		{"Exp", -87.3, 88.72, ExpFloat32, math.Exp},
		{"Exp near zero", -0.3466, 0.3466, ExpFloat32, math.Exp},
		{"Exp below the normal numbers", -103.9, -87.3, ExpFloat32, math.Exp},
		{"Log", 0x1p-149, math.MaxFloat32, LogFloat32, math.Log},
		{"Log near 1", 0.7, 1.42, LogFloat32, math.Log},
		{"Log next to 1", 1 - 0x1p-12, 1 + 0x1p-12, LogFloat32, math.Log},
		{"Log of small numbers", 0x1p-149, 0x1p-126, LogFloat32, math.Log},
	} {
		x := hard32(r, n, c.lo, c.hi)
		dst := make([]float32, n)
		c.f(dst, x)
		most, at := 0.0, float32(0)
		for i, v := range x {
			if off := ulps32(dst[i], c.want(float64(v))); !(off <= most) {
				most, at = off, v
			}
		}
		t.Logf("%s: %.4f units at %v, of %d", c.name, most, at, n)
		if !(most <= explogUnits) {
			t.Errorf("%s is %.4f units off at %v (%#x)", c.name, most, at, math.Float32bits(at))
		}
	}
}

// explogUnits is the stated error.
const explogUnits = 0.501

// Where the results change their kind.
func TestBordersOfExpAndLogFloat32(t *testing.T) {
	nan, inf, zero := nan32(), float32(math.Inf(1)), float32(math.Copysign(0, -1))
	onEachLevel(t, func(t *testing.T) {
		for _, c := range []struct{ x, exp, log float32 }{
			{0, 1, -inf}, {zero, 1, -inf}, {1, math.E, 0}, {inf, inf, inf}, {-inf, 0, nan}, {nan, nan, nan}, {-nan, nan, nan},
			{math.MaxFloat32, inf, 88.72284}, {-math.MaxFloat32, 0, nan}, {0x1p-149, 1, -103.278931}, {-0x1p-149, 1, nan},
			{0x1p-126, 1, -87.3365448}, {-1, 1 / math.E, nan}, {90, inf, 4.49980967}, {91, inf, 4.51085951}, {-110, 0, nan},
			{88.7228317, 0x1.ffff08p127, 4.48551684}, {88.7228394, inf, 4.4855175}, {-103.972076, 0x1p-149, nan}, {-103.972084, 0, nan},
		} {
			got := []float32{c.x, c.x}
			ExpFloat32(got[:1], got[:1])
			LogFloat32(got[1:], got[1:])
			if !sameNumber(float64(got[0]), float64(c.exp)) || !sameNumber(float64(got[1]), float64(c.log)) {
				t.Errorf("Exp and Log of %v are %v (%x) and %v (%x), want %v and %v", c.x, got[0], got[0], got[1], got[1], c.exp, c.log)
			}
		}
	})
}

// All 2^32 inputs: the plain-Go bodies against float64, the others against them.
func TestEveryFloat32(t *testing.T) {
	if os.Getenv("SHMENGINE_STRESS") == "" {
		t.Skip("some minutes: SHMENGINE_STRESS=1")
	}
	const part = 1 << 12
	var x, want, got [part]float32
	var wrong [2]int
	use(t, active) // again at the end
	for base := uint64(0); base < 1<<32; base += part {
		for i := range x {
			x[i] = math.Float32frombits(uint32(base) + uint32(i))
		}
		for k, f := range []func(dst, x []float32){ExpFloat32, LogFloat32} {
			exact := []func(float64) float64{math.Exp, math.Log}[k]
			active = levelGo
			f(want[:], x[:])
			for i, v := range want {
				e := exact(float64(x[i]))
				if !sameNumber(float64(v), float64(float32(e))) {
					wrong[k]++
					if !(ulps32(v, e) <= explogUnits) {
						t.Fatalf("function %d of %x is %x, want %v", k, x[i], v, e)
					}
				}
			}
			for active = range best() + 1 {
				f(got[:], x[:])
				for i, v := range got {
					if !sameNumber(float64(v), float64(want[i])) {
						t.Fatalf("function %d of %x is %x on %s, %x on go", k, x[i], v, active, want[i])
					}
				}
			}
		}
	}
	if wrong != [2]int{63803, 1118} { // as stated
		t.Errorf("not the nearest float32: %d of Exp and %d of Log", wrong[0], wrong[1])
	}
}
