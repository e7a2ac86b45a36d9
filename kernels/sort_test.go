package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/testmem"
)

// orders are ways in which n integers come.
var orders = map[string]func(r *rand.Rand, n int) []int64{
	"random":    func(r *rand.Rand, n int) []int64 { return filled(n, func(int) int64 { return int64(r.Uint64()) }) },
	"sorted":    func(_ *rand.Rand, n int) []int64 { return filled(n, func(i int) int64 { return int64(i) }) },
	"backwards": func(_ *rand.Rand, n int) []int64 { return filled(n, func(i int) int64 { return int64(-i) }) },
	"equal":     func(_ *rand.Rand, n int) []int64 { return filled(n, func(int) int64 { return 7 }) },
	"few":       func(r *rand.Rand, n int) []int64 { return filled(n, func(int) int64 { return int64(r.IntN(3)) - 1 }) },
	"largest": func(r *rand.Rand, n int) []int64 {
		return filled(n, func(int) int64 { return math.MaxInt64 - int64(r.IntN(2)) })
	},
	"smallest": func(r *rand.Rand, n int) []int64 {
		return filled(n, func(int) int64 { return math.MinInt64 + int64(r.IntN(2)) })
	},
	"organ": func(_ *rand.Rand, n int) []int64 { return filled(n, func(i int) int64 { return int64(min(i, n-i)) }) },
	"skewed": func(r *rand.Rand, n int) []int64 {
		return filled(n, func(int) int64 { return int64(r.Uint64() >> r.IntN(64)) })
	},
	"striped": func(_ *rand.Rand, n int) []int64 {
		return filled(n, func(i int) int64 { return int64(i % 17 * (n / 17)) })
	},
}

func filled(n int, f func(i int) int64) []int64 {
	x := make([]int64, n)
	for i := range x {
		x[i] = f(i)
	}
	return x
}

// All lengths about the networks and steps, in every order; nothing outside is
// touched.
func TestSortInt64(t *testing.T) {
	const most = 3000
	r := rand.New(rand.NewPCG(71, 1))
	ends, starts := testmem.Guarded(t, 8*most, testmem.End), testmem.Guarded(t, 8*most, testmem.Start)
	var lengths []int
	for n := 0; n < 300; n++ {
		if race.Enabled {
			n += 4
		}
		lengths = append(lengths, n)
	}
	lengths = append(lengths, 511, 512, 700, 1025, 2047, 2048, most)
	onEachLevel(t, func(t *testing.T) {
		for name, order := range orders {
			for _, n := range lengths {
				x := order(r, n)
				want := slices.Sorted(slices.Values(x))
				for _, memory := range [][]int64{view[int64](ends, 8*(most-n), n), view[int64](starts, 0, n)} {
					copy(memory, x)
					SortInt64(memory)
					if !slices.Equal(memory, want) {
						t.Fatalf("%d integers, %s, are not sorted", n, name)
					}
				}
			}
		}
	})
}

// More than a block, at addresses of any alignment.
func TestSortLong(t *testing.T) {
	n := 3*block1 + 11
	if race.Enabled {
		n = block1 + 11
	}
	r := rand.New(rand.NewPCG(71, 2))
	memory := testmem.Go(t, 8*n+8)
	onEachLevel(t, func(t *testing.T) {
		for name, order := range orders {
			x := view[int64](memory, r.IntN(8), n)
			copy(x, order(r, n))
			want := slices.Clone(x)
			slices.Sort(want)
			SortInt64(x)
			if !slices.Equal(x, want) {
				t.Fatalf("%d integers, %s, are not sorted", n, name)
			}
		}
	})
}

// The order of Sort in plain words, for numbers of all kinds.
func sortedBits(x []float64) []uint64 {
	words := slices.Clone(wordsOf(x))
	place := func(b uint64) (kind, rank int64) {
		v := math.Float64frombits(b)
		switch {
		case v == v && math.Signbit(v):
			return 0, -int64(b &^ (1 << 63))
		case v == v:
			return 1, int64(b)
		case !math.Signbit(v):
			return 2, int64(b)
		default:
			return 3, -int64(b &^ (1 << 63))
		}
	}
	slices.SortFunc(words, func(a, b uint64) int {
		ka, ra := place(a)
		kb, rb := place(b)
		if ka != kb {
			return int(ka - kb)
		}
		return int(min(max(ra-rb, -1), 1))
	})
	return words
}

func TestSortOfSpecials(t *testing.T) {
	special := []float64{math.NaN(), -math.NaN(), math.Float64frombits(0x7ff0000000000001), math.Float64frombits(0xfff0000000000001),
		math.Float64frombits(0xffffffffffffffff), math.Float64frombits(0x7fffffffffffffff), math.Inf(1), math.Inf(-1),
		0, math.Copysign(0, -1), 5e-324, -5e-324, math.MaxFloat64, -math.MaxFloat64, 1, -1}
	r := rand.New(rand.NewPCG(71, 3))
	onEachLevel(t, func(t *testing.T) {
		for n := range 400 {
			x := make([]float64, n)
			for i := range x {
				if x[i] = r.NormFloat64(); r.IntN(3) == 0 {
					x[i] = special[r.IntN(len(special))]
				}
			}
			want := sortedBits(x)
			Sort(x)
			if !slices.Equal(wordsOf(x), want) {
				t.Fatalf("%d numbers sorted are %x, want %x", n, wordsOf(x), want)
			}
			if at := indexNaN(x); slices.ContainsFunc(x[at:], func(v float64) bool { return v == v }) || !slices.IsSorted(x[:at]) {
				t.Fatalf("NaN are not last of %v", x)
			}
		}
		nan := slices.Repeat([]float64{math.NaN()}, 500)
		Sort(nan)
		if slices.ContainsFunc(nan, func(v float64) bool { return v == v }) {
			t.Error("NaN alone do not stay")
		}
	})
}

// When the pivots have been bad too often, the rest is sorted all the same.
func TestSortWithBadPivots(t *testing.T) {
	r := rand.New(rand.NewPCG(71, 4))
	onEachLevel(t, func(t *testing.T) {
		if active == levelGo {
			return // has no pivots of its own
		}
		for parts := range 6 {
			x := orders["skewed"](r, 5000)
			want := slices.Clone(x)
			slices.Sort(want)
			ascendingInt64.sortKeys(x, parts)
			if !slices.Equal(x, want) {
				t.Errorf("with %d parts at most it is not sorted", parts)
			}
		}
	})
}

// partitionSizes are all lengths from the least that is parted, two steps, to four steps, and
// some more.
func partitionSizes(least int, more ...int) []int {
	for n := least; n <= 2*least; n++ {
		more = append(more, n)
	}
	return more
}

// Each step of partition keeps what there is, whatever is below the pivot.
func TestPartition(t *testing.T) {
	r := rand.New(rand.NewPCG(71, 5))
	onEachLevel(t, func(t *testing.T) {
		for _, n := range partitionSizes(fewKeys([]int64(nil)), 1000, 4096) {
			for _, share := range []int64{0, 1, 50, 99, 100} {
				x := filled(n, func(int) int64 { return r.Int64N(100) })
				want := slices.Sorted(slices.Values(x))
				below, _ := slices.BinarySearch(want, share)
				if at := partition(x, share); at != below {
					t.Fatalf("of %d elements %d are below %d, got %d", n, below, share, at)
				}
				if below > 0 && slices.Max(x[:below]) >= share || below < n && slices.Min(x[below:]) < share {
					t.Fatalf("%d elements parted at %d are %v", n, share, x)
				}
				slices.Sort(x)
				if !slices.Equal(x, want) {
					t.Fatalf("%d elements parted at %d are others", n, share)
				}
			}
		}
	})
}

// Others write to what is sorted: the result is anybody's guess, but it ends and
// nothing outside is touched.
func TestSortOfWhatChanges(t *testing.T) {
	const n = 20000
	memory := view[int64](testmem.Guarded(t, 8*n, testmem.End), 0, n)
	if race.Enabled {
		t.Skip("this is a race")
	}
	onEachLevel(t, func(t *testing.T) {
		stop, done := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			r := rand.New(rand.NewPCG(71, 6))
			for {
				select {
				case <-stop:
					return
				default:
					memory[r.IntN(n)] = int64(r.Uint64())
				}
			}
		}()
		for range 20 {
			SortInt64(memory)
		}
		close(stop)
		<-done
	})
}

func FuzzSort(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 16*40))
	f.Fuzz(func(t *testing.T, data []byte) {
		x := fuzzInput(data).y
		for i := 0; len(x) > 0 && len(x) < 600; i++ { // long enough to be parted
			x = append(x, x[i]+int64(i))
		}
		for l := range best() + 1 {
			use(t, l)
			got, want := slices.Clone(x), slices.Clone(x)
			SortInt64(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("%d integers are not sorted on %s", len(x), l)
			}
		}
	})
}

func BenchmarkSort(b *testing.B) {
	for _, n := range []int{1000, 100_000, 10_000_000} {
		x := make([]float64, n)
		r := rand.New(rand.NewPCG(5, 5))
		for i := range x {
			x[i] = r.NormFloat64()
		}
		work := make([]float64, n)
		sorts := map[string]func([]float64){"slices": slices.Sort[[]float64]}
		for l := range best() + 1 {
			sorts[l.String()] = Sort
		}
		for _, name := range []string{"go", "avx2", "avx512", "slices"} {
			if sorts[name] == nil {
				continue
			}
			b.Run(fmt.Sprintf("n=%d/%s", n, name), func(b *testing.B) {
				if l := slices.Index(levelNames[:], name); l >= 0 {
					use(b, level(l))
				}
				for b.Loop() {
					b.StopTimer()
					copy(work, x)
					b.StartTimer()
					sorts[name](work)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/elem")
			})
		}
	}
}
