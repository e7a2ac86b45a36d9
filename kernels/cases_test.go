package kernels

import (
	"math"
	"math/rand/v2"
	"slices"
)

// input is what the kernels are tested on; all its slices have one length.
type input struct {
	f, g  []float64
	x, y  []int64
	codes []uint8
	hours []uint8 // written
	bits  []uint64
	out   []float64
	outs  []int64
	narrowInput
}

// testGroups is the number of groups of the codes of an input.
const testGroups = 24

// fill makes the input ordinary: unremarkable numbers, some rows of equal
// codes and some of random ones, timestamps of all sizes.
func (in *input) fill(r *rand.Rand) {
	group, left := uint8(0), 0
	for i := range in.f {
		in.f[i] = 1000 + 10*r.NormFloat64()
		in.g[i] = r.NormFloat64()
		in.x[i] = int64(r.ExpFloat64()*30) - 20
		in.y[i] = int64(r.Uint64()) >> r.IntN(64)
		if left--; left < 0 {
			group, left = uint8(r.IntN(testGroups)), r.IntN(3)*r.IntN(200)
		}
		in.codes[i] = group
	}
	in.fillNarrow(r)
}

func (in *input) clone() *input {
	return &input{slices.Clone(in.f), slices.Clone(in.g), slices.Clone(in.x), slices.Clone(in.y), slices.Clone(in.codes), slices.Clone(in.hours), slices.Clone(in.bits), slices.Clone(in.out), slices.Clone(in.outs), in.cloneNarrow()}
}

// kernelCase is a kernel as a function from an input to numbers, and how far
// these may lie from those of the plain-Go twin.
type kernelCase struct {
	name string
	run  func(in *input) []float64
	// bound is the allowed distance of each number; nil means equal bits.
	bound func(in *input) []float64
}

const u = 0x1p-53 // the rounding unit of float64

// sumBound is twice the stated error of Sum for these terms: one for each side.
func sumBound(terms ...float64) float64 {
	total := 0.0
	for _, t := range terms {
		total += math.Abs(t)
	}
	return 2 * (146 + math.Log2(float64(len(terms)+1))) * u * total
}

// oneNaN returns v, or the NaN of package math for all of them.
func oneNaN(v float64) float64 {
	if v != v {
		return math.NaN()
	}
	return v
}

func products(a, b []float64) []float64 {
	p := make([]float64, len(a))
	for i := range a {
		p[i] = a[i] * b[i]
	}
	return p
}

// momentBounds are for the mean and M2 of x. The shift of a level may differ
// in its last bits, which moves the mean by rounding only.
func momentBounds(x []float64) (mean, m2 float64) {
	n := float64(len(x))
	return sumBound(x...)/max(n, 1) + sumBound(x...), 1e-12*MomentsOf(x).M2 + 1e-300
}

// kernelCases are all kernels.
var kernelCases = slices.Concat(reductionCases, extremeCases, mapCases, selectCases, narrowCases)

// reductionCases are the kernels that sum and count by groups. Integers are given as the float64 of their
// halves, so that equal bits mean equal numbers.
var reductionCases = []kernelCase{
	{"Sum", func(in *input) []float64 { return []float64{Sum(in.f)} },
		func(in *input) []float64 { return []float64{sumBound(in.f...)} }},
	{"Dot", func(in *input) []float64 { return []float64{Dot(in.f, in.g)} },
		func(in *input) []float64 { return []float64{sumBound(products(in.f, in.g)...)} }},
	{"SumCompensated", func(in *input) []float64 {
		return []float64{oneNaN(SumCompensated(in.f)), oneNaN(SumCompensated(in.g))}
	}, nil},
	{"Norms", func(in *input) []float64 { return []float64{Norm1(in.f), Norm2(in.g), NormInf(in.g)} },
		func(in *input) []float64 { return []float64{sumBound(in.f...), 1e-13 * Norm2(in.g), 0} }},
	{"SumInt64", runSumInt64, nil},
	{"MinMax", runMinMax, nil},
	{"MinMaxInt64", runMinMaxInt64, nil},
	{"Moments", runMoments, boundMoments},
	{"CoMoments", func(in *input) []float64 { return coNumbers(CoMomentsOf(in.f, in.g)) }, boundCoMoments},
	{"CoMomentsInt64", func(in *input) []float64 { return coNumbers(CoMomentsInt64(in.x, in.y)) }, boundCoMomentsInt64},
	{"Histogram", runHistogram, nil},
	{"HistogramInt64", runHistogramInt64, nil},
	{"GroupedHistogramInt64", runGroupedHistogram, nil},
	{"HourOfDay", runHourOfDay, nil},
	{"GroupedMoments", func(in *input) []float64 { return groupedBy(GroupedMoments, in.codes, in.f) },
		func(in *input) []float64 { return groupBounds(in.codes, in.f) }},
	{"GroupedMomentsInt64", func(in *input) []float64 { return groupedBy(GroupedMomentsInt64, in.codes, in.x) }, nil},
	{"GroupedMomentsInt64/far", func(in *input) []float64 { return groupedBy(GroupedMomentsInt64, in.codes, in.y) }, nil},
}

func wholes(v ...int64) []float64 {
	out := make([]float64, 0, 2*len(v))
	for _, w := range v {
		out = append(out, float64(w>>32), float64(w&math.MaxUint32))
	}
	return out
}

func runSumInt64(in *input) []float64 {
	a, b := SumInt64(in.x), SumInt64(in.y)
	return wholes(a.Hi, int64(a.Lo), b.Hi, int64(b.Lo))
}

func runMinMax(in *input) []float64 {
	lo, hi, ok := MinMax(in.f)
	if ok != (len(in.f) > 0) {
		panic("ok is wrong")
	}
	return []float64{lo, hi}
}

func runMinMaxInt64(in *input) []float64 {
	lo, hi, ok := MinMaxInt64(in.y)
	if ok != (len(in.y) > 0) {
		panic("ok is wrong")
	}
	return wholes(lo, hi)
}

func runMoments(in *input) []float64 {
	m := MomentsOf(in.f)
	return []float64{float64(m.N), m.Mean, m.M2}
}

func boundMoments(in *input) []float64 {
	mean, m2 := momentBounds(in.f)
	return []float64{0, mean, m2}
}

func coNumbers(c CoMoments) []float64 {
	return []float64{float64(c.N), c.MeanX, c.MeanY, c.M2X, c.M2Y, c.CXY}
}

func boundCoMoments(in *input) []float64 {
	return coBounds(in.f, in.g)
}

func boundCoMomentsInt64(in *input) []float64 {
	return coBounds(asFloats(in.x), asFloats(in.y))
}

func coBounds(f, g []float64) []float64 {
	meanX, m2x := momentBounds(f)
	meanY, m2y := momentBounds(g)
	return []float64{0, meanX, meanY, m2x, m2y, 1e-12 * math.Sqrt(m2x*1e12) * math.Sqrt(m2y*1e12)}
}

func asFloats(x []int64) []float64 {
	f := make([]float64, len(x))
	for i, v := range x {
		f[i] = float64(v)
	}
	return f
}

func runHistogram(in *input) []float64 {
	b, err := NewBins(990, 1010, 7)
	if err != nil {
		panic(err)
	}
	counts := make([]int64, b.Len())
	out := Histogram(counts, in.f, b)
	return wholes(append(counts, out.Below, out.Above, out.NaN)...)
}

func testBins() BinsInt64 {
	b, err := NewBinsInt64(-15, 7, 9)
	if err != nil {
		panic(err)
	}
	return b
}

func runHistogramInt64(in *input) []float64 {
	b := testBins()
	cells := make([]int64, b.Cells())
	HistogramInt64(cells, in.x, b)
	HistogramInt64(cells, in.y, b)
	return wholes(cells...)
}

func runGroupedHistogram(in *input) []float64 {
	b := testBins()
	cells := make([]int64, testGroups*b.Cells())
	if err := GroupedHistogramInt64(cells, in.codes, in.x, b); err != nil {
		panic(err)
	}
	return wholes(cells...)
}

func runHourOfDay(in *input) []float64 {
	HourOfDay(in.hours, in.y)
	out := make([]float64, len(in.hours))
	for i, h := range in.hours {
		out[i] = float64(h)
	}
	return out
}

func groupNumbers(acc []GroupMoments) []float64 {
	var out []float64
	for _, g := range acc {
		out = append(out, float64(g.N), g.Mean, g.M2, g.Min, g.Max)
	}
	return out
}

// groupBounds are twice the stated errors: a group's k values are summed one by
// one, after its first has been taken off.
func groupBounds(codes []uint8, x []float64) []float64 {
	var of [testGroups][]float64
	for i, c := range codes {
		of[c] = append(of[c], x[i])
	}
	var out []float64
	for _, x := range of {
		k := float64(len(x))
		mean, m2 := momentBounds(x)
		out = append(out, 0, mean*(1+k/64), m2+2*k*(k+3)*u*MomentsOf(x).M2, 0, 0)
	}
	return out
}
