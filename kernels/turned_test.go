package kernels

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/testmem"
)

// turnedOrder is an order of integers other than that of SortInt64: how they
// compare, and what sorts by it.
type turnedOrder struct {
	name    string
	compare func(a, b int64) int
	sort    func(x []int64)
	argSort func(idx, x, keys []int64)
	first   func(x []int64, k int)
	merge   func(dst, a, b []int64)
}

func unsignedCompare(a, b int64) int { return cmp.Compare(uint64(a), uint64(b)) }

var turnedOrders = []turnedOrder{
	{"unsigned", unsignedCompare,
		func(x []int64) { SortUint64(wordsOf(x)) },
		func(idx, x, keys []int64) { ArgSortUint64(idx, wordsOf(x), keys) },
		func(x []int64, k int) { PartialSortUint64(wordsOf(x), k) },
		func(dst, a, b []int64) { MergeUint64(wordsOf(dst), wordsOf(a), wordsOf(b)) }},
	{"descending", func(a, b int64) int { return cmp.Compare(b, a) },
		SortInt64Descending, ArgSortInt64Descending, TopKInt64, MergeInt64Descending},
	{"unsigned descending", func(a, b int64) int { return unsignedCompare(b, a) },
		func(x []int64) { SortUint64Descending(wordsOf(x)) },
		func(idx, x, keys []int64) { ArgSortUint64Descending(idx, wordsOf(x), keys) },
		func(x []int64, k int) { TopKUint64(wordsOf(x), k) },
		func(dst, a, b []int64) { MergeUint64Descending(wordsOf(dst), wordsOf(a), wordsOf(b)) }},
}

// turnedLengths are about the networks, the steps and the vectors of a flip, and
// beyond a piece that is sorted and turned back at once.
func turnedLengths() []int {
	var all []int
	for n := 0; n < 140; n++ {
		if race.Enabled {
			n += 6
		}
		all = append(all, n)
	}
	return append(all, 255, 256, 257, 1025, 3000)
}

func TestTurnedSorts(t *testing.T) {
	const most = 3000
	r := rand.New(rand.NewPCG(81, 1))
	ends, starts := testmem.Guarded(t, 8*most, testmem.End), testmem.Guarded(t, 8*most, testmem.Start)
	scratch := testmem.Guarded(t, 8*most, testmem.End)
	onEachLevel(t, func(t *testing.T) {
		for _, o := range turnedOrders {
			for name, order := range orders {
				for _, n := range turnedLengths() {
					x := order(r, n)
					want := slices.SortedFunc(slices.Values(x), o.compare)
					idx, keys := view[int64](starts, 0, n), view[int64](scratch, 8*(most-n), n)
					if o.argSort(idx, x, keys); !slices.Equal(idx, stablePlaces(x, o.compare)) {
						t.Fatalf("%s: places of %d integers, %s, are %v", o.name, n, name, idx)
					}
					for _, memory := range [][]int64{view[int64](ends, 8*(most-n), n), view[int64](starts, 0, n)} {
						copy(memory, x)
						if o.sort(memory); !slices.Equal(memory, want) {
							t.Fatalf("%s: %d integers, %s, are not sorted", o.name, n, name)
						}
					}
				}
			}
		}
	})
}

// Pieces that are turned back one by one, and pivots that are bad.
func TestTurnedSortsOfPieces(t *testing.T) {
	n := 3*block2 + 11
	r := rand.New(rand.NewPCG(81, 2))
	onEachLevel(t, func(t *testing.T) {
		for name, order := range orders {
			o := turnedOrders[r.IntN(len(turnedOrders))]
			x := order(r, n)
			want := slices.SortedFunc(slices.Values(x), o.compare)
			if o.sort(x); !slices.Equal(x, want) {
				t.Fatalf("%s: %d integers, %s, are not sorted", o.name, n, name)
			}
		}
		if active == levelGo {
			return // has no pivots of its own
		}
		for parts := range 4 {
			x := orders["random"](r, n)
			want := slices.SortedFunc(slices.Values(x), unsignedCompare)
			flip(x, x, flipUnsigned)
			if ascendingUint64.sortKeys(x, parts); !slices.Equal(x, want) {
				t.Fatalf("with %d parts at most %d integers are not sorted", parts, n)
			}
		}
	})
}

func TestFirstOfTurned(t *testing.T) {
	r := rand.New(rand.NewPCG(81, 3))
	onEachLevel(t, func(t *testing.T) {
		for _, o := range turnedOrders {
			for name, order := range orders {
				for _, n := range []int{0, 1, 5, 257, 300, 3000} {
					for _, k := range []int{0, 1, n / 3, n / 2, n/2 + 1, max(n-1, 0), n, n + 10} {
						x := order(r, n)
						want := slices.SortedFunc(slices.Values(x), o.compare)
						o.first(x, k)
						if front := min(k, n); !slices.Equal(x[:front], want[:front]) {
							t.Fatalf("%s: the first %d of %d integers, %s, are wrong", o.name, k, n, name)
						}
						if slices.SortFunc(x, o.compare); !slices.Equal(x, want) {
							t.Fatalf("%s: after the first %d of %d integers, %s, others are left", o.name, k, n, name)
						}
					}
				}
			}
		}
	})
}

func TestMergeOfTurned(t *testing.T) {
	r := rand.New(rand.NewPCG(81, 4))
	for _, o := range turnedOrders {
		for name, order := range orders {
			for range 20 {
				n, m := r.IntN(40), r.IntN(40)
				x, dst := order(r, n+m), make([]int64, n+m)
				want := slices.SortedFunc(slices.Values(x), o.compare)
				o.sort(x[:n])
				o.sort(x[n:])
				if o.merge(dst, x[:n], x[n:]); !slices.Equal(dst, want) {
					t.Fatalf("%s: %d and %d integers, %s, merge to %v, want %v", o.name, n, m, name, dst, want)
				}
			}
		}
	}
}

// The order of SortDescending in plain words: that of Sort for what was negated.
func descendingBits(x []float64) []uint64 {
	negated := slices.Clone(x)
	for i := range negated {
		wordsOf(negated)[i] ^= 1 << 63
	}
	words := sortedBits(negated)
	for i := range words {
		words[i] ^= 1 << 63
	}
	return words
}

// numbersOfAllKinds are n numbers of which one in rare is not ordinary.
func numbersOfAllKinds(r *rand.Rand, n, rare int) []float64 {
	special := []float64{math.NaN(), -math.NaN(), math.Float64frombits(0x7ff0000000000001), math.Float64frombits(0xffffffffffffffff),
		math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 5e-324, -5e-324, math.MaxFloat64, -math.MaxFloat64}
	x := make([]float64, n)
	for i := range x {
		if x[i] = float64(r.IntN(40)) - 20; r.IntN(rare) == 0 {
			x[i] = special[r.IntN(len(special))]
		}
	}
	return x
}

func TestDescendingOfSpecials(t *testing.T) {
	r := rand.New(rand.NewPCG(81, 5))
	onEachLevel(t, func(t *testing.T) {
		for _, n := range append(turnedLengths(), block2+100) {
			x := numbersOfAllKinds(r, n, 1+r.IntN(20))
			want, idx := descendingBits(x), make([]int64, n)
			ArgSortDescending(idx, x, make([]int64, n))
			if !slices.Equal(idx, stablePlaces(x, func(a, b float64) int {
				if a != a || b != b {
					return nanLast(a, b)
				}
				return cmp.Compare(b, a)
			})) {
				t.Fatalf("places of %v are %v", x, idx)
			}
			top, k := slices.Clone(x), r.IntN(n+1)
			if TopK(top, k); !slices.Equal(wordsOf(top[:k]), want[:k]) {
				t.Fatalf("the %d largest of %d are %v", k, n, top[:k])
			}
			if !slices.Equal(descendingBits(top), want) {
				t.Fatalf("after the %d largest of %d others are left", k, n)
			}
			a, b, dst := slices.Clone(x[:n/3]), slices.Clone(x[n/3:]), make([]float64, n)
			SortDescending(a)
			SortDescending(b)
			if MergeDescending(dst, a, b); !slices.Equal(wordsOf(dst), want) {
				t.Fatalf("%v and %v merge to %v", a, b, dst)
			}
			if SortDescending(x); !slices.Equal(wordsOf(x), want) {
				t.Fatalf("%d numbers sorted are %v", n, x)
			}
		}
	})
}

func TestMisuseOfTurnedSorts(t *testing.T) {
	x, u, f := make([]int64, 90), make([]uint64, 90), make([]float64, 30)
	panics(t, "ArgSortDescending of another length", func() { ArgSortDescending(x[:29], f, x[30:60]) })
	panics(t, "ArgSortInt64Descending into its input", func() { ArgSortInt64Descending(x[:30], x[29:59], x[60:]) })
	panics(t, "ArgSortUint64 with short scratch", func() { ArgSortUint64(x[:30], u[:30], x[30:59]) })
	panics(t, "ArgSortUint64Descending into its scratch", func() { ArgSortUint64Descending(x[:30], u[:30], x[29:59]) })
	panics(t, "MergeUint64 into less", func() { MergeUint64(u[:9], u[10:15], u[20:25]) })
	panics(t, "MergeDescending into its input", func() { MergeDescending(f[:10], f[9:14], f[20:25]) })
	panics(t, "TopK of a negative number", func() { TopK(f, -1) })
	panics(t, "TopKInt64 of a negative number", func() { TopKInt64(x, -1) })
	panics(t, "TopKUint64 of a negative number", func() { TopKUint64(u, -1) })
	panics(t, "PartialSortUint64 of a negative number", func() { PartialSortUint64(u, -1) })
}

func TestTurnedSortsDoNotAllocate(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	x, idx, keys, f := orders["random"](rand.New(rand.NewPCG(81, 6)), block1), make([]int64, block1), make([]int64, block1), make([]float64, block1)
	onEachLevel(t, func(t *testing.T) {
		for _, o := range turnedOrders {
			if allocs := testing.AllocsPerRun(2, func() { o.first(x, 50); o.argSort(idx, x, keys); o.sort(x) }); allocs != 0 {
				t.Errorf("%s allocates %v times", o.name, allocs)
			}
		}
		if allocs := testing.AllocsPerRun(2, func() { TopK(f, 50); ArgSortDescending(idx, f, keys); SortDescending(f) }); allocs != 0 {
			t.Errorf("descending numbers allocate %v times", allocs)
		}
	})
}

func FuzzTurnedSorts(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 17*40))
	f.Fuzz(func(t *testing.T, data []byte) {
		x := fuzzInput(data).y
		for i := 0; len(x) > 0 && len(x) < 400; i++ { // long enough to be parted
			x = append(x, x[i]+int64(i))
		}
		for l := range best() + 1 {
			use(t, l)
			for _, o := range turnedOrders {
				got := slices.Clone(x)
				if o.sort(got); !slices.Equal(got, slices.SortedFunc(slices.Values(x), o.compare)) {
					t.Fatalf("%s: %d integers are not sorted on %s", o.name, len(x), l)
				}
			}
		}
	})
}
