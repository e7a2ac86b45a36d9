package kernels

import (
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
)

// bigBits is the precision of the references: 140 bits more than float64 has.
const bigBits = 193

func bigFloat(v float64) *big.Float { return new(big.Float).SetPrec(bigBits).SetFloat64(v) }

// bigLn2 is 2*artanh(1/3).
var bigLn2 = func() *big.Float {
	sum, power, nine := bigFloat(0), new(big.Float).Quo(bigFloat(2), bigFloat(3)), bigFloat(9)
	for k := 1.0; k < 2*bigBits/3; k += 2 {
		sum.Add(sum, new(big.Float).Quo(power, bigFloat(k)))
		power.Quo(power, nine)
	}
	return sum
}()

// bigExp returns e^x by its series, after x is made small.
func bigExp(x *big.Float) *big.Float {
	quotient, _ := new(big.Float).Quo(x, bigLn2).Float64()
	k := math.Round(quotient)
	r := new(big.Float).SetPrec(bigBits).Sub(x, new(big.Float).Mul(bigFloat(k), bigLn2))
	const halvings = 8
	r.SetMantExp(r, -halvings)
	sum, term := bigFloat(1), bigFloat(1)
	for i := 1.0; i < 22; i++ { // (ln 2 / 2^9)^22 / 22! is 2^-279
		term.Mul(term, r)
		term.Quo(term, bigFloat(i))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum.SetMantExp(sum, int(k))
}

// bigLog returns ln x by a step of Halley's method, which triples the digits.
func bigLog(x float64) *big.Float {
	m, k := math.Frexp(x) // math.Log is wrong below the normal numbers on amd64
	y := bigFloat(math.Log(m) + float64(k)*math.Ln2)
	e, v := bigExp(y), bigFloat(x)
	step := new(big.Float).Quo(new(big.Float).Sub(v, e), new(big.Float).Add(v, e))
	return y.Add(y, step.Mul(step, bigFloat(2)))
}

// ulps returns how far got is from want, in steps of float64 at want.
func ulps(got float64, want *big.Float) float64 {
	exponent := max(want.MantExp(nil)-53, -1074)
	off := new(big.Float).Sub(bigFloat(got), want)
	steps, _ := off.SetMantExp(off, -exponent).Float64()
	return math.Abs(steps)
}

// hard returns n numbers: most of them evenly of [lo, hi], the others of all
// sizes in it.
func hard(r *rand.Rand, n int, lo, hi float64) []float64 {
	var x []float64
	for len(x) < n {
		v := lo + (hi-lo)*r.Float64()
		if r.IntN(3) == 0 {
			v = math.Float64frombits(r.Uint64())
		}
		if v >= lo && v <= hi {
			x = append(x, v)
		}
	}
	return x
}

func samples() int {
	if os.Getenv("SHMENGINE_STRESS") != "" {
		return 1 << 16
	}
	if race.Enabled {
		return 1 << 8
	}
	return 1 << 11
}

// mostOff returns the largest error of a function, and where it is.
func mostOff(x []float64, f func(dst, x []float64), want func(x float64) *big.Float) (most, at float64) {
	dst := make([]float64, len(x))
	f(dst, x)
	for i, v := range x {
		if off := ulps(dst[i], want(v)); !(off <= most) {
			most, at = off, v
		}
	}
	return most, at
}

// The stated errors, against references of 193 bits.
func TestExpAndLogErrors(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 1))
	wantExp := func(x float64) *big.Float { return bigExp(bigFloat(x)) }
	ranges := []struct {
		name   string
		lo, hi float64
		f      func(dst, x []float64)
		want   func(x float64) *big.Float
		bound  float64
	}{
		{"Exp", -708.3, 709.78, Exp, wantExp, 0.9},
		{"Exp near zero", -0.3466, 0.3466, Exp, wantExp, 0.9},
		{"Exp of one piece", 10, 11, Exp, wantExp, 0.9},
		{"Exp below the normal numbers", -745.13, -708.3, Exp, wantExp, 1},
		{"Log", 5e-324, math.MaxFloat64, Log, bigLog, 0.85},
		{"Log near 1", 0.7, 1.42, Log, bigLog, 0.85},
		{"Log next to 1", 1 - 0x1p-12, 1 + 0x1p-12, Log, bigLog, 0.85},
		{"Log of small numbers", 5e-324, 0x1p-1022, Log, bigLog, 0.85},
		{"Log up to 100", 0.01, 100, Log, bigLog, 0.85},
	}
	for _, c := range ranges {
		x := hard(r, samples(), c.lo, c.hi)
		most, at := mostOff(x, c.f, c.want)
		t.Logf("%s: %.3f units at %v, of %d", c.name, most, at, len(x))
		if !(most <= c.bound) {
			t.Errorf("%s is %.3f units off at %v (%#x), more than %v", c.name, most, at, math.Float64bits(at), c.bound)
		}
	}
}

// Where the results change their kind.
func TestBordersOfExpAndLog(t *testing.T) {
	nan, inf, least := math.NaN(), math.Inf(1), 5e-324
	zero := math.Copysign(0, -1)
	onEachLevel(t, func(t *testing.T) {
		for _, c := range []struct{ x, exp, log float64 }{
			{0, 1, -inf}, {zero, 1, -inf}, {1, math.E, 0}, {inf, inf, inf}, {-inf, 0, nan}, {nan, nan, nan}, {-nan, nan, nan},
			{math.MaxFloat64, inf, 709.782712893384}, {-math.MaxFloat64, 0, nan}, {least, 1, -744.4400719213812}, {-least, 1, nan},
			{0x1p-1022, 1, -708.3964185322641}, {-1, 1 / math.E, nan}, {710, inf, 6.565264970035361}, {-746, 0, nan},
			{709.782712893384, 0x1.fffffffffff2ap1023, 6.564958885017789}, {709.7827128933841, inf, 6.564958885017789},
			{-745.1332191019411, least, nan}, {-745.1332191019412, 0, nan}, {-744.4400719213812, least, nan},
			{1e308, inf, 709.1962086421661}, {math.Nextafter(1, 2), 0x1.5bf0a8b14576bp+1, 0x1.fffffffffffffp-53}, {math.Nextafter(1, 0), 0x1.5bf0a8b145769p+1, -0x1p-53},
		} {
			got := []float64{c.x, c.x}
			Exp(got[:1], got[:1])
			Log(got[1:], got[1:])
			if !sameNumber(got[0], c.exp) || !sameNumber(got[1], c.log) {
				t.Errorf("Exp and Log of %v are %v (%x) and %v (%x), want %v and %v", c.x, got[0], got[0], got[1], got[1], c.exp, c.log)
			}
		}
	})
}

func sameNumber(a, b float64) bool { return math.Float64bits(oneNaN(a)) == math.Float64bits(oneNaN(b)) }

// The same bits on every level, whatever the number.
func TestExpAndLogBits(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 2))
	x := append(hard(r, 40000, -750, 750), hard(r, 20000, 0, math.MaxFloat64)...)
	for range 20000 {
		x = append(x, math.Float64frombits(r.Uint64()))
	}
	want, dst := [2][]float64{make([]float64, len(x)), make([]float64, len(x))}, make([]float64, len(x))
	expGo(want[0], x)
	logGo(want[1], x)
	onEachLevel(t, func(t *testing.T) {
		for i, f := range []func(dst, x []float64){Exp, Log} {
			f(dst, x)
			for j := range x {
				if !sameNumber(dst[j], want[i][j]) {
					t.Fatalf("function %d of %v is %x, want %x", i, x[j], dst[j], want[i][j])
				}
			}
		}
	})
}

func BenchmarkExp(b *testing.B) {
	bench(b, 16, func(in *input) { Exp(in.out, in.f) }, map[string]func(*input){
		"math": func(in *input) {
			for i, v := range in.f {
				in.out[i] = math.Exp(v)
			}
		},
	})
}

func BenchmarkLog(b *testing.B) {
	bench(b, 16, func(in *input) { Log(in.out, in.f) }, map[string]func(*input){
		"math": func(in *input) {
			for i, v := range in.f {
				in.out[i] = math.Log(v)
			}
		},
	})
}
