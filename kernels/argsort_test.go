package kernels

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/testmem"
)

// stablePlaces are the places of x in order, by the stable sort of the standard
// library.
func stablePlaces[T any](x []T, compare func(a, b T) int) []int64 {
	idx := filled(len(x), func(i int) int64 { return int64(i) })
	slices.SortStableFunc(idx, func(a, b int64) int { return compare(x[a], x[b]) })
	return idx
}

// nanLast compares as ArgSort does.
func nanLast(a, b float64) int {
	switch {
	case a != a && b != b:
		return 0
	case a != a:
		return 1
	case b != b:
		return -1
	default:
		return cmp.Compare(a, b)
	}
}

func TestArgSortInt64(t *testing.T) {
	const most = 1500
	r := rand.New(rand.NewPCG(72, 1))
	memory := [2][]byte{testmem.Guarded(t, 8*most, testmem.End), testmem.Guarded(t, 8*most, testmem.End)}
	var lengths []int
	for n := 0; n < 150; n++ {
		if race.Enabled {
			n += 4
		}
		lengths = append(lengths, n)
	}
	lengths = append(lengths, 511, 1000, most)
	onEachLevel(t, func(t *testing.T) {
		for name, order := range orders {
			for _, n := range lengths {
				x := order(r, n)
				idx, keys := view[int64](memory[0], 8*(most-n), n), view[int64](memory[1], 8*(most-n), n)
				ArgSortInt64(idx, x, keys)
				if !slices.Equal(idx, stablePlaces(x, cmp.Compare[int64])) {
					t.Fatalf("places of %d integers, %s, are %v", n, name, idx)
				}
				if !slices.Equal(keys, slices.Sorted(slices.Values(x))) {
					t.Fatalf("keys of %d integers, %s, are not sorted", n, name)
				}
			}
		}
	})
}

func TestArgSortOfSpecials(t *testing.T) {
	special := []float64{math.NaN(), -math.NaN(), math.Float64frombits(0x7ff0000000000001), math.Float64frombits(0xfff0000000000001),
		math.Float64frombits(0xffffffffffffffff), math.Float64frombits(0x7fffffffffffffff), math.Inf(1), math.Inf(-1),
		0, math.Copysign(0, -1), 5e-324, -5e-324, math.MaxFloat64, -math.MaxFloat64, 1, -1}
	r := rand.New(rand.NewPCG(72, 2))
	onEachLevel(t, func(t *testing.T) {
		for n := range 300 {
			x := make([]float64, n)
			for i := range x {
				if x[i] = float64(r.IntN(50)); r.IntN(3) == 0 {
					x[i] = special[r.IntN(len(special))]
				}
			}
			before := slices.Clone(wordsOf(x))
			idx, keys := make([]int64, n), make([]int64, n)
			ArgSort(idx, x, keys)
			if want := stablePlaces(x, nanLast); !slices.Equal(idx, want) {
				t.Fatalf("places of %v are %v, want %v", x, idx, want)
			}
			if !slices.Equal(wordsOf(x), before) || !slices.IsSorted(keys) {
				t.Fatal("the input was modified, or the keys are not sorted")
			}
		}
	})
}

func TestSortPairsWithBadPivots(t *testing.T) {
	r := rand.New(rand.NewPCG(72, 3))
	onEachLevel(t, func(t *testing.T) {
		if active == levelGo {
			return // has no pivots of its own
		}
		for parts := range 5 {
			keys := orders["skewed"](r, 3000)
			want, idx := slices.Clone(keys), filled(3000, func(i int) int64 { return int64(i) })
			x := slices.Clone(keys)
			slices.Sort(want)
			sortPairs(keys, idx, parts)
			if !slices.Equal(keys, want) {
				t.Errorf("with %d parts at most it is not sorted", parts)
			}
			for i, at := range idx {
				if x[at] != keys[i] {
					t.Fatalf("with %d parts at most place %d went astray", parts, at)
				}
			}
		}
	})
}

func TestMisuseOfArgSort(t *testing.T) {
	x, f := make([]int64, 90), make([]float64, 30)
	panics(t, "ArgSort of another length", func() { ArgSort(x[:29], f, x[30:60]) })
	panics(t, "ArgSort with short scratch", func() { ArgSort(x[:30], f, x[30:59]) })
	panics(t, "ArgSort into its scratch", func() { ArgSort(x[:30], f, x[29:59]) })
	panics(t, "ArgSortInt64 into its input", func() { ArgSortInt64(x[:30], x[29:59], x[60:]) })
	panics(t, "ArgSortInt64 with its input as scratch", func() { ArgSortInt64(x[:30], x[30:60], x[59:89]) })
	if slices.Max(x) != 0 {
		t.Error("something was written")
	}
}

func FuzzArgSort(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 17*40))
	f.Fuzz(func(t *testing.T, data []byte) {
		x := fuzzInput(data).y
		for i := 0; len(x) > 0 && len(x) < 400; i++ { // long enough to be parted
			x = append(x, x[i]&^3)
		}
		want := stablePlaces(x, cmp.Compare[int64])
		for l := range best() + 1 {
			use(t, l)
			idx := make([]int64, len(x))
			if ArgSortInt64(idx, x, make([]int64, len(x))); !slices.Equal(idx, want) {
				t.Fatalf("places of %d integers on %s are %v, want %v", len(x), l, idx, want)
			}
		}
	})
}

// BenchmarkArgSort has the sort of pairs beside it that a program would write.
func BenchmarkArgSort(b *testing.B) {
	type pair struct {
		key float64
		at  int64
	}
	for _, n := range []int{1000, 100_000, 10_000_000} {
		in := benchInput(max(n, 1000))
		idx, keys, pairs := make([]int64, n), make([]int64, n), make([]pair, n)
		perElem := func(b *testing.B) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/elem")
		}
		for l := range best() + 1 {
			b.Run(fmt.Sprintf("n=%d/%s", n, l), func(b *testing.B) {
				use(b, l)
				for b.Loop() {
					ArgSort(idx, in.f[:n], keys)
				}
				perElem(b)
			})
		}
		b.Run(fmt.Sprintf("n=%d/slices", n), func(b *testing.B) {
			for b.Loop() {
				for i, v := range in.f[:n] {
					pairs[i] = pair{v, int64(i)}
				}
				slices.SortFunc(pairs, func(a, b pair) int { return cmp.Compare(a.key, b.key) })
			}
			perElem(b)
		})
	}
}

// Each step of partitionPairs keeps keys and values together, whatever is below the pivot.
func TestPartitionPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(72, 6))
	onEachLevel(t, func(t *testing.T) {
		if active == levelGo {
			t.Skip("its pairs are not parted")
		}
		for _, n := range append(lengths(), 4096) {
			for _, share := range []int64{0, 1, 50, 99, 100} {
				before := filled(n, func(int) int64 { return r.Int64N(100) })
				keys, idx := slices.Clone(before), filled(n, func(i int) int64 { return int64(i) })
				below := partitionPairs(keys, idx, share)
				for i, k := range keys {
					if before[idx[i]] != k || (k < share) != (i < below) {
						t.Fatalf("%d pairs parted at %d: below %d, keys %v, places %v", n, share, below, keys, idx)
					}
				}
				if slices.Sort(idx); !slices.Equal(idx, filled(n, func(i int) int64 { return int64(i) })) {
					t.Fatalf("%d pairs parted at %d: places %v", n, share, idx)
				}
			}
		}
	})
}
