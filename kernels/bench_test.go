package kernels

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// sizes are in elements of 8 bytes: 32 KiB, 512 KiB and 128 MiB a column, for
// the first two caches and memory of current machines.
var sizes = []struct {
	name string
	n    int
}{{"L1", 4 << 10}, {"L2", 64 << 10}, {"DRAM", 16 << 20}}

var sink float64

// bench times a kernel on each level, beside its rivals, on each size. Each
// reads the given bytes an element.
func bench(b *testing.B, bytes int, kernel func(in *input), rivals map[string]func(in *input)) {
	names := make([]string, 0, len(rivals))
	for name := range rivals {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, size := range sizes {
		in := benchInput(size.n)
		for l := range best() + 1 {
			b.Run(size.name+"/"+l.String(), func(b *testing.B) {
				use(b, l)
				timed(b, bytes, in, kernel)
			})
		}
		for _, name := range names {
			b.Run(size.name+"/"+name, func(b *testing.B) { timed(b, bytes, in, rivals[name]) })
		}
	}
}

func timed(b *testing.B, bytes int, in *input, f func(in *input)) {
	b.SetBytes(int64(bytes) * int64(len(in.f)))
	b.ReportAllocs()
	for b.Loop() {
		f(in)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(in.f)), "ns/elem")
}

var benchInputs = map[int]*input{}

// benchInput has the columns of the main job: sorted timestamps with some
// rows an hour, delays and distances; codes are random.
func benchInput(n int) *input {
	if in := benchInputs[n]; in != nil {
		return in
	}
	in := newPool(func(n int) []byte { return make([]byte, n) }, n).at(0, n)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range n {
		in.f[i], in.g[i] = r.NormFloat64(), r.NormFloat64()
		in.x[i] = int64(r.ExpFloat64()*r.ExpFloat64()*30) - 15
		in.y[i] = 30 + int64(r.ExpFloat64()*700)
		in.codes[i] = uint8(r.IntN(testGroups))
		in.out[i], in.outs[i] = 1, 1 // its pages are there before anything is timed
	}
	benchInputs[n] = in
	return in
}

func BenchmarkSum(b *testing.B) {
	bench(b, 8, func(in *input) { sink += Sum(in.f) }, map[string]func(*input){
		"loop":  func(in *input) { sink += loopSum(in.f) },
		"gonum": func(in *input) { sink += floats.Sum(in.f) },
	})
}

func loopSum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

func BenchmarkDot(b *testing.B) {
	bench(b, 16, func(in *input) { sink += Dot(in.f, in.g) }, map[string]func(*input){
		"loop":  func(in *input) { sink += loopDot(in.f, in.g) },
		"gonum": func(in *input) { sink += floats.Dot(in.f, in.g) },
	})
}

func loopDot(x, y []float64) (s float64) {
	for i, v := range x {
		s += v * y[i]
	}
	return s
}

func BenchmarkSumInt64(b *testing.B) {
	bench(b, 8, func(in *input) { sink += float64(SumInt64(in.x).Lo) }, nil)
}

func BenchmarkMinMax(b *testing.B) {
	bench(b, 8, func(in *input) { lo, hi, _ := MinMax(in.f); sink += lo + hi }, map[string]func(*input){
		"gonum": func(in *input) { sink += floats.Min(in.f) + floats.Max(in.f) },
	})
}

func BenchmarkMinMaxInt64(b *testing.B) {
	bench(b, 8, func(in *input) { lo, hi, _ := MinMaxInt64(in.x); sink += float64(lo + hi) }, nil)
}

func BenchmarkMoments(b *testing.B) {
	bench(b, 8, func(in *input) { sink += MomentsOf(in.f).M2 }, map[string]func(*input){
		"gonum": func(in *input) { _, v := stat.MeanVariance(in.f, nil); sink += v },
	})
}

func BenchmarkCoMoments(b *testing.B) {
	bench(b, 16, func(in *input) { sink += CoMomentsOf(in.f, in.g).CXY }, map[string]func(*input){
		"gonum": func(in *input) { sink += stat.Correlation(in.f, in.g, nil) },
	})
}

func BenchmarkCoMomentsInt64(b *testing.B) {
	bench(b, 16, func(in *input) { sink += CoMomentsInt64(in.x, in.y).CXY }, nil)
}

func BenchmarkHourOfDay(b *testing.B) {
	bench(b, 9, func(in *input) { HourOfDay(in.hours, in.y) }, nil)
}

func BenchmarkHistogram(b *testing.B) {
	bins, counts := mustBins(b, -4, 4, 64), make([]int64, 64)
	bench(b, 8, func(in *input) { Histogram(counts, in.f, bins) }, nil)
}

func BenchmarkHistogramInt64(b *testing.B) {
	bins := mustBinsInt64(b, -120, 15, 34)
	cells := make([]int64, bins.Cells())
	bench(b, 8, func(in *input) { HistogramInt64(cells, in.x, bins) }, nil)
}

func BenchmarkGroupedHistogramInt64(b *testing.B) {
	bins := mustBinsInt64(b, -120, 15, 34)
	cells := make([]int64, testGroups*bins.Cells())
	bench(b, 9, func(in *input) { must(b, GroupedHistogramInt64(cells, in.codes, in.x, bins)) }, nil)
}

func BenchmarkGroupedMoments(b *testing.B) {
	acc := make([]GroupMoments, testGroups)
	bench(b, 9, func(in *input) { must(b, GroupedMoments(acc, in.codes, in.f)) }, nil)
}

func BenchmarkGroupedMomentsInt64(b *testing.B) {
	acc := make([]GroupMoments, testGroups)
	bench(b, 9, func(in *input) { must(b, GroupedMomentsInt64(acc, in.codes, in.x)) }, nil)
}

func must(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkByHour is the main job of the engine on one core: rows of a
// timestamp, a delay and a distance, in leaves of 32 Ki rows; of each leaf the
// hours, the delay's moments and histogram by hour, and its co-moments with the
// distance. In "sorted" some hundred rows in a row are of one hour, in "random"
// none are.
func BenchmarkByHour(b *testing.B) {
	const leaf = 32 << 10
	for _, rows := range []int{leaf, 8 << 20} {
		for _, order := range []string{"sorted", "random"} {
			ts := timestamps(rows, order == "sorted")
			in := benchInput(rows)
			for l := range best() + 1 {
				b.Run(fmt.Sprintf("rows=%d/%s/%s", rows, order, l), func(b *testing.B) {
					use(b, l)
					j := newByHour(b)
					b.SetBytes(24 * int64(rows))
					b.ReportAllocs()
					for b.Loop() {
						for i := 0; i < rows; i += leaf {
							j.leaf(b, ts[i:i+leaf], in.x[i:i+leaf], in.y[i:i+leaf])
						}
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
				})
			}
		}
	}
}

// timestamps are 700 an hour from 2001 on, or of any time of that year.
func timestamps(n int, sorted bool) []int64 {
	r := rand.New(rand.NewPCG(2, 2))
	ts := make([]int64, n)
	for i := range ts {
		if ts[i] = 978_307_200_000_000 + int64(i)*microsPerHour/700; !sorted {
			ts[i] = 978_307_200_000_000 + r.Int64N(365*24*microsPerHour)
		}
	}
	return ts
}

type byHour struct {
	codes []uint8
	acc   []GroupMoments
	cells []int64
	bins  BinsInt64
	pairs CoMoments
}

func newByHour(b *testing.B) *byHour {
	bins := mustBinsInt64(b, -120, 15, 34)
	return &byHour{make([]uint8, 32<<10), make([]GroupMoments, 24), make([]int64, 24*bins.Cells()), bins, CoMoments{}}
}

func (j *byHour) leaf(b *testing.B, ts, delay, distance []int64) {
	HourOfDay(j.codes, ts)
	must(b, GroupedMomentsInt64(j.acc, j.codes, delay))
	must(b, GroupedHistogramInt64(j.cells, j.codes, delay, j.bins))
	j.pairs = j.pairs.Merge(CoMomentsInt64(delay, distance))
}
