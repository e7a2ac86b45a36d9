package kernels

import (
	"encoding/binary"
	"math"
	"testing"
)

// fuzzCase runs kernels, given by the start of their names, against their
// twins on columns that are cut from the fuzzer's bytes.
func fuzzCase(f *testing.F, names ...string) {
	f.Add([]byte{})
	f.Add(make([]byte, 33*16))
	f.Add(firstApart())
	f.Fuzz(func(t *testing.T, data []byte) {
		in := fuzzInput(data)
		for l := range best() + 1 {
			use(t, l)
			for i := range kernelCases {
				for _, name := range names {
					if kernelCases[i].name == name {
						sameSpecials(t, &kernelCases[i], in)
					}
				}
			}
		}
	})
}

// firstApart are rows of one group, of which the first is far from all others:
// the worst that a shift can be.
func firstApart() []byte {
	var data []byte
	for i := range 2000 {
		v := math.Float64bits(1 + 1/float64(i+3))
		if i == 0 {
			v = math.Float64bits(3e47)
		}
		data = binary.LittleEndian.AppendUint64(data, v)
		data = append(binary.LittleEndian.AppendUint64(data, v), 0)
	}
	return data
}

// fuzzInput makes 17 bytes a row.
func fuzzInput(data []byte) *input {
	in := &input{}
	for len(data) >= 17 {
		a, b := binary.LittleEndian.Uint64(data), binary.LittleEndian.Uint64(data[8:])
		in.f = append(in.f, tame(math.Float64frombits(a)))
		in.g = append(in.g, tame(math.Float64frombits(b)))
		in.x = append(in.x, int64(a))
		in.y = append(in.y, int64(b))
		in.codes = append(in.codes, data[16]%testGroups)
		in.appendNarrow(a, b)
		data = data[17:]
	}
	in.hours, in.bits = make([]uint8, len(in.f)), make([]uint64, Bits(len(in.f)))
	in.out, in.outs = make([]float64, len(in.f)), make([]int64, len(in.f))
	in.outF32, in.outI32 = make([]float32, len(in.f)), make([]int32, len(in.f))
	return in
}

// tame returns v unless its square over- or underflows, where fused and
// separate multiplication rightly differ.
func tame(v float64) float64 {
	if a := math.Abs(v); a > 1e140 || a != 0 && a < 1e-140 {
		return math.Mod(v, 1)
	}
	return v
}

func FuzzSum(f *testing.F)                   { fuzzCase(f, "Sum") }
func FuzzDot(f *testing.F)                   { fuzzCase(f, "Dot") }
func FuzzSumInt64(f *testing.F)              { fuzzCase(f, "SumInt64") }
func FuzzMinMax(f *testing.F)                { fuzzCase(f, "MinMax") }
func FuzzMinMaxInt64(f *testing.F)           { fuzzCase(f, "MinMaxInt64") }
func FuzzMoments(f *testing.F)               { fuzzCase(f, "Moments") }
func FuzzCoMoments(f *testing.F)             { fuzzCase(f, "CoMoments") }
func FuzzCoMomentsInt64(f *testing.F)        { fuzzCase(f, "CoMomentsInt64") }
func FuzzHistogram(f *testing.F)             { fuzzCase(f, "Histogram") }
func FuzzHistogramInt64(f *testing.F)        { fuzzCase(f, "HistogramInt64") }
func FuzzGroupedHistogramInt64(f *testing.F) { fuzzCase(f, "GroupedHistogramInt64") }
func FuzzHourOfDay(f *testing.F)             { fuzzCase(f, "HourOfDay") }
func FuzzGroupedMoments(f *testing.F)        { fuzzCase(f, "GroupedMoments") }
func FuzzGroupedMomentsInt64(f *testing.F) {
	fuzzCase(f, "GroupedMomentsInt64", "GroupedMomentsInt64/far")
}
func FuzzExtremes(f *testing.F)      { fuzzCase(f, "Extremes") }
func FuzzExtremesInt64(f *testing.F) { fuzzCase(f, "ExtremesInt64") }
func FuzzCount(f *testing.F)         { fuzzCase(f, "Count", "CountInt64") }
func FuzzCompare(f *testing.F)       { fuzzCase(f, "Compare", "CompareInt64") }
func FuzzArith(f *testing.F)         { fuzzCase(f, "Arith", "ArithInt64", "Unary") }
func FuzzSelect(f *testing.F) {
	fuzzCase(f, "Filter", "FilterCompare", "FilterCompareInt64", "Where", "Take")
}
func FuzzPrefixSum(f *testing.F)      { fuzzCase(f, "PrefixSum") }
func FuzzExpLog(f *testing.F)         { fuzzCase(f, "ExpLog") }
func FuzzSumCompensated(f *testing.F) { fuzzCase(f, "SumCompensated", "Norms") }
