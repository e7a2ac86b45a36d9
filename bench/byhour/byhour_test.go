package byhour

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/bench/flights"
	"github.com/shmengine/shmengine/kernels"
)

// tolerance is what the kernels' rounding may add up to, relative.
const tolerance = 1e-13

// run computes the job leaf by leaf on one goroutine.
func run(c flights.Columns) Partial {
	leaves := make([]Partial, Leaves(c.Len()))
	var s Scratch
	for i := range leaves {
		if err := s.Accumulate(&leaves[i], c.Part(Leaf(i, c.Len()))); err != nil {
			panic(err)
		}
	}
	return Fold(leaves)
}

func sample(tb testing.TB) flights.Columns {
	tb.Helper()
	c, err := flights.Sample()
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// digits formats a number to the 12 significant digits that must agree.
func digits(v float64) string { return fmt.Sprintf("%.12g", v) }

func wantDigits(t *testing.T, what string, got, want float64) {
	t.Helper()
	if digits(got) != digits(want) {
		t.Errorf("%s = %.17g, want %.17g to 12 digits", what, got, want)
	}
}

// TestWholeTable compares with the answers of another system (DuckDB).
func TestWholeTable(t *testing.T) {
	path := os.Getenv("SHMENGINE_FLIGHTS")
	if path == "" {
		path = "../../../shared/data/flights-3m.parquet"
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the whole table is not at hand (SHMENGINE_FLIGHTS names it): %v", err)
	}
	c, err := flights.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	computed, reference := run(c), Exact(c)
	for name, p := range map[string]*Partial{"kernels": &computed, "reference": &reference} {
		t.Run(name, func(t *testing.T) { checkWhole(t, p) })
	}
	if err := computed.Near(&reference, tolerance); err != nil {
		t.Error(err)
	}
}

func checkWhole(t *testing.T, p *Partial) {
	for hour, want := range map[int]Hour{
		3:  {Count: 241, Mean: 105.88381742738589, Min: -65, Max: 848, Std: 127.41966009490004},
		17: {Count: 200_642, Mean: 8.523235414320032, Min: -68, Max: 1491, Std: 32.915102932530814},
		23: {Count: 26_470, Mean: 35.589384208537965, Min: -1116, Max: 1444, Std: 74.77073702982547},
	} {
		checkHour(t, fmt.Sprintf("hour %d", hour), p, hour, want)
	}
	all, _ := p.All()
	if all.Count != 3_000_000 || all.Min != -1116 || all.Max != 1688 {
		t.Errorf("all: %+v", all)
	}
	wantDigits(t, "mean", all.Mean, 6.667867666666667)
	wantDigits(t, "variance", all.Std*all.Std, 1048.6808393401204)
	r, ok := p.Corr()
	if !ok {
		t.Fatal("no correlation")
	}
	wantDigits(t, "correlation", r, -0.01053811901030836)
}

func checkHour(t *testing.T, what string, p *Partial, hour int, want Hour) {
	t.Helper()
	got, ok := p.At(hour)
	if !ok || got.Count != want.Count || got.Min != want.Min || got.Max != want.Max {
		t.Errorf("%s: %+v, want %+v", what, got, want)
	}
	wantDigits(t, what+" mean", got.Mean, want.Mean)
	wantDigits(t, what+" std", got.Std, want.Std)
}

func TestSample(t *testing.T) {
	c := sample(t)
	computed, reference := run(c), Exact(c)
	if err := computed.Near(&reference, tolerance); err != nil {
		t.Error(err)
	}
	checkHour(t, "hour 3", &computed, 3, Hour{Count: 16, Mean: 133.3125, Min: -35, Max: 441, Std: 112.33385880193617})
	checkHour(t, "hour 17", &computed, 17, Hour{Count: 13385, Mean: 8.509226746357864, Min: -59, Max: 624, Std: 33.549631707278465})
	checkHour(t, "hour 23", &computed, 23, Hour{Count: 1769, Mean: 34.6840022611645, Min: -41, Max: 449, Std: 64.24381036643285})
	all, _ := computed.All()
	wantDigits(t, "mean", all.Mean, 6.611215)
	wantDigits(t, "std", all.Std, 32.240096128001333)
	r, _ := computed.Corr()
	wantDigits(t, "correlation", r, -0.011785401108652845)
	wantHist := [Cells]int64{9, 119, 1756, 18646, 82058, 55718, 18129, 8390, 4851, 3064, 2004, 1390, 966, 728, 555, 361, 267, 226, 165, 127, 116, 355}
	if all.Hist != wantHist {
		t.Errorf("histogram %v, want %v", all.Hist, wantHist)
	}
}

func TestAnyTableNearExact(t *testing.T) {
	c := sample(t)
	for _, rows := range []int{0, 1, 2, 3, 1000, LeafRows - 1, LeafRows, LeafRows + 1, 3*LeafRows + 5} {
		part := c.Prefix(rows)
		computed, reference := run(part), Exact(part)
		if err := computed.Near(&reference, tolerance); err != nil {
			t.Errorf("%d rows: %v", rows, err)
		}
		if again := run(part); again != computed {
			t.Errorf("%d rows: a second run has other bits", rows)
		}
	}
}

func TestNegativeTimestampsAndWideValues(t *testing.T) {
	const day = 24 * 3600 * 1e6
	c := flights.Columns{
		Date:     []int64{-1, -day, -day - 1, 0, day - 1, math.MinInt64, math.MaxInt64},
		Delay:    []int64{-61, -60, -46, -45, 239, 240, 1 << 40},
		Distance: []int64{1, 2, 3, 4, 5, 6, -1 << 40},
	}
	computed, reference := run(c), Exact(c)
	if err := computed.Near(&reference, tolerance); err != nil {
		t.Error(err)
	}
	if n := reference.Hour[23].N; n != 3 {
		t.Errorf("%d flights in the last hour of the day, want 3", n)
	}
}

// TestFoldIsTheTree compares Fold with the definition of the tree.
func TestFoldIsTheTree(t *testing.T) {
	c := sample(t)
	var s Scratch
	var leaves []Partial
	for lo := 0; lo < 37*1000; lo += 1000 {
		leaves = append(leaves, Partial{})
		if err := s.Accumulate(&leaves[len(leaves)-1], c.Part(lo, lo+1000)); err != nil {
			t.Fatal(err)
		}
	}
	for n := range len(leaves) + 1 {
		if got, want := Fold(append([]Partial(nil), leaves[:n]...)), node(leaves[:n]); got != want {
			t.Errorf("Fold of %d leaves is not the tree's root", n)
		}
	}
}

// node is the root of a tree over some leaves, by recursion.
func node(leaves []Partial) Partial {
	switch len(leaves) {
	case 0:
		return Partial{}
	case 1:
		return leaves[0]
	}
	half := 1
	for 2*half < len(leaves) {
		half *= 2
	}
	return Merge(node(leaves[:half]), node(leaves[half:]))
}

func TestMergeWithEmpty(t *testing.T) {
	p := run(sample(t).Prefix(5000))
	if Merge(p, Partial{}) != p || Merge(Partial{}, p) != p {
		t.Error("merging with no rows changes the result")
	}
}

// TestNearSeesEachField turns one field after the other.
func TestNearSeesEachField(t *testing.T) {
	good := run(sample(t).Prefix(50_000))
	for name, spoil := range map[string]func(*Partial){
		"hour 17: count":    func(p *Partial) { p.Hour[17].N++ },
		"hour 17: mean":     func(p *Partial) { p.Hour[17].Mean *= 1 + 1e-11 },
		"hour 17: M2":       func(p *Partial) { p.Hour[17].M2 *= 1 - 1e-11 },
		"hour 17: extremes": func(p *Partial) { p.Hour[17].Min-- },
		"hour 3: ":          func(p *Partial) { p.Hist[3*Cells+1]++ },
		"all: count":        func(p *Partial) { p.Co.N-- },
		"delay: mean":       func(p *Partial) { p.Co.MeanX = math.NaN() },
		"distance: M2":      func(p *Partial) { p.Co.M2Y *= 1 + 1e-11 },
		"co-moment":         func(p *Partial) { p.Co.CXY += 1e-11 * math.Sqrt(p.Co.M2X*p.Co.M2Y) },
	} {
		bad := good
		spoil(&bad)
		if err := bad.Near(&good, 1e-12); err == nil || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNoRows(t *testing.T) {
	p := Fold(nil)
	if _, ok := p.All(); ok {
		t.Error("an answer for no rows")
	}
	if _, ok := p.At(0); ok {
		t.Error("an answer for an hour of no rows")
	}
	if _, ok := p.Corr(); ok {
		t.Error("a correlation of no rows")
	}
	if p.Hour[0] != (kernels.GroupMoments{}) {
		t.Error("the zero Partial is not zero")
	}
}

func BenchmarkLeaf(b *testing.B) {
	c := sample(b).Prefix(LeafRows)
	var s Scratch
	var p Partial
	b.SetBytes(c.Bytes())
	for b.Loop() {
		if err := s.Accumulate(&p, c); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/LeafRows, "ns/row")
}

func BenchmarkMerge(b *testing.B) {
	p := run(sample(b))
	q := p
	for b.Loop() {
		MergeInto(&q, &p)
	}
}
