package kernels

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// How long collections take while every processor is in a call on 1 GiB, or multiplies, and
// how long the world takes to stop, which is what depends on the kernels. What else there is to a
// collection is as long beside a loop of plain Go. All are printed.
func TestCollectionsBesideLongCalls(t *testing.T) {
	if os.Getenv("SHMENGINE_STRESS") == "" {
		t.Skip("1 GiB for each processor, and 1 more: SHMENGINE_STRESS=1")
	}
	const n = 1 << 27
	x, outs := make([]float64, n), untouched(n)
	inNoOrder(x)
	for _, y := range outs {
		copy(y, x)
	}
	for _, c := range slices.Concat(reading(x), writing(x), multiplying(x), lookingUp(t)) {
		collections(t, c.name, outs, c.call)
	}
	for _, y := range outs {
		inNoOrder(y) // the calls have left other numbers
	}
	collections(t, "Sort", outs, Sort)
	clear(outs)
	for _, c := range writing(x) {
		debug.FreeOSMemory()
		collections(t, c.name+", new memory", untouched(n), c.call)
	}
}

// untouched returns memory for each processor, which the system has not given yet.
func untouched(n int) [][]float64 {
	outs := make([][]float64, runtime.GOMAXPROCS(0))
	for i := range outs {
		outs[i] = make([]float64, n)
	}
	return outs
}

// A longCall is made on a slice that only its caller has.
type longCall struct {
	name string
	call func(y []float64)
}

func reading(x []float64) []longCall {
	return []longCall{
		{"loop of plain Go", func([]float64) { sumGo(x) }},
		{"Sum", func([]float64) { Sum(x) }},
		{"MinMax", func([]float64) { MinMax(x) }},
		{"Count", func([]float64) { Count(x, Less, 0.5) }},
	}
}

func writing(x []float64) []longCall {
	return []longCall{
		{"Axpy", func(y []float64) { Axpy(y, 0.5, x, y) }},
		{"Add", func(y []float64) { Add(y, x, y) }},
		{"Add to another", func(y []float64) { Add(y, x, x) }},
		{"FMA", func(y []float64) { FMA(y, x, x, y) }},
		{"Scale", func(y []float64) { Scale(y, 0.5, x) }},
		{"Exp", func(y []float64) { Exp(y, x) }},
		{"PrefixSum", func(y []float64) { PrefixSum(y, x, 0) }},
		{"FilterCompare", func(y []float64) { _, _ = FilterCompare(y, x, Less, 0.5) }},
	}
}

func multiplying(x []float64) []longCall {
	n := len(x)
	half := Matrix{x, 2, n / 2, n / 2, false}
	return []longCall{
		{"Gemm, 2048 cubed", func(y []float64) { Gemm(squareOf(y, 2048), 1, squareOf(x, 2048), squareOf(x[n/2:], 2048), 0) }},
		{"Gemm, tall", func(y []float64) { Gemm(wide(y, 64), 1, wide(x, 64), squareOf(x, 64), 0) }},
		{"Gemm, two products", func(y []float64) { Gemm(vector(y[:n/2]), 1, vector(x[:2]), half, 0) }},
		{"Gemm of nothing", func(y []float64) { Gemm(vector(y), 0, vector(x[:1]), vector(x), 0) }},
		{"Gemv by rows", func(y []float64) { Gemv(y[:2], 1, half, x[:n/2], 0) }},
		{"Gemv by columns", func(y []float64) { Gemv(y[:n/2], 1, half.T(), x[:2], 0) }},
	}
}

// lookingUp are calls on 16 Mi keys, each of which is some cache misses.
func lookingUp(t *testing.T) []longCall {
	keys, codes := make([]int64, 1<<24), make([]uint32, 1<<20)
	for i := range keys {
		keys[i] = int64(uint64(i)*0x9E3779B97F4A7C15) >> 44
	}
	table, err := TableOn(make([]uint64, TableWords(1<<20)))
	if err == nil {
		_, err = table.Encode(codes, keys[:len(codes)])
	}
	if err != nil {
		t.Fatal(err)
	}
	return []longCall{{"Table.Find", func(y []float64) { table.Find(narrow(wordsOf(y))[:len(keys)], keys) }}}
}

// inNoOrder writes numbers in no order.
func inNoOrder(y []float64) {
	state := uint64(len(y))
	for i := range y {
		state = state*6364136223846793005 + 1442695040888963407
		y[i] = float64(state>>11) * 0x1p-53
	}
}

func squareOf(x []float64, n int) Matrix { return Matrix{x, n, n, n, false} }

// wide returns all of x as rows of n columns.
func wide(x []float64, n int) Matrix { return Matrix{x, len(x) / n, n, n, false} }

// collections collects while each processor makes calls, one after the other.
func collections(t *testing.T, name string, outs [][]float64, call func(y []float64)) {
	t.Helper()
	var calls, begun atomic.Int64
	var stop atomic.Bool
	var wg sync.WaitGroup
	for _, y := range outs {
		wg.Go(func() {
			for begun.Add(1); !stop.Load(); calls.Add(1) {
				call(y)
			}
		})
	}
	for begun.Load() < int64(len(outs)) {
		runtime.Gosched()
	}
	const rounds = 20
	took, inside := make([]time.Duration, rounds), 0
	before := stopping()
	for i := range took {
		made, begin := calls.Load(), time.Now()
		runtime.GC()
		took[i] = time.Since(begin)
		if calls.Load() == made {
			inside++
		}
	}
	worst := worstSince(before)
	stop.Store(true)
	wg.Wait()
	slices.Sort(took)
	t.Logf("%-26s GC min %8v median %8v max %8v; %d of %d inside of calls; a stop of the world waited %v at most",
		name, took[0].Round(time.Microsecond), took[rounds/2].Round(time.Microsecond), took[rounds-1].Round(time.Microsecond), inside, rounds, worst)
	if inside == 0 {
		t.Errorf("%s: no collection ended before a call did", name)
	}
}

// stopping counts how long the world took to stop.
func stopping() *metrics.Float64Histogram {
	s := []metrics.Sample{{Name: "/sched/pauses/stopping/gc:seconds"}}
	metrics.Read(s)
	h := s[0].Value.Float64Histogram()
	return &metrics.Float64Histogram{Counts: slices.Clone(h.Counts), Buckets: h.Buckets}
}

// worstSince returns the upper bound of the last bucket that has grown.
func worstSince(before *metrics.Float64Histogram) time.Duration {
	now := stopping()
	for i := len(now.Counts) - 1; i >= 0; i-- {
		if now.Counts[i] > before.Counts[i] {
			return time.Duration(now.Buckets[i+1] * 1e9)
		}
	}
	return 0
}
