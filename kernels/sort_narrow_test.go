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

// dwordSorts is what sorts elements of 4 bytes in one order, and how their bits
// compare in it.
type dwordSorts struct {
	name    string
	compare func(a, b int32) int // of a total order
	equal   func(a, b int32) int // the same with ties, as an argsort has them
	sort    func(x []int32)
	first   func(x []int32, k int)
	places  func(idx []int64, x []int32)
	merge   func(dst, a, b []int32)
	order   order[int32]
}

func ascending32(a, b int32) int  { return cmp.Compare(a, b) }
func descending32(a, b int32) int { return cmp.Compare(b, a) }

// totalOrder32 is the order of SortFloat32 in plain words.
func totalOrder32(a, b int32) int {
	place := func(v int32) (kind, rank int64) {
		f, magnitude := math.Float32frombits(uint32(v)), int64(v&math.MaxInt32)
		switch {
		case f == f && v < 0:
			return 0, -magnitude
		case f == f:
			return 1, magnitude
		case v >= 0:
			return 2, magnitude
		default:
			return 3, -magnitude
		}
	}
	ka, ra := place(a)
	kb, rb := place(b)
	return cmp.Or(cmp.Compare(ka, kb), cmp.Compare(ra, rb))
}

func negated32(a, b int32) int { return totalOrder32(a^math.MinInt32, b^math.MinInt32) }

func nanLast32(a, b int32) int {
	return nanLast(float64(math.Float32frombits(uint32(a))), float64(math.Float32frombits(uint32(b))))
}

func descendingNaNLast32(a, b int32) int {
	f, g := math.Float32frombits(uint32(a)), math.Float32frombits(uint32(b))
	if f != f || g != g {
		return nanLast32(a, b)
	}
	return cmp.Compare(g, f)
}

var allDwordSorts = []dwordSorts{
	{"int32", ascending32, ascending32, SortInt32, PartialSortInt32, ArgSortInt32, MergeInt32, ascendingInt32},
	{"int32 descending", descending32, descending32, SortInt32Descending, TopKInt32, ArgSortInt32Descending, MergeInt32Descending, descendingInt32},
	{"float32", totalOrder32, nanLast32,
		func(x []int32) { SortFloat32(floats32Of(x)) },
		func(x []int32, k int) { PartialSortFloat32(floats32Of(x), k) },
		func(idx []int64, x []int32) { ArgSortFloat32(idx, floats32Of(x)) },
		func(dst, a, b []int32) { MergeFloat32(floats32Of(dst), floats32Of(a), floats32Of(b)) }, ascendingFloat32},
	{"float32 descending", negated32, descendingNaNLast32,
		func(x []int32) { SortFloat32Descending(floats32Of(x)) },
		func(x []int32, k int) { TopKFloat32(floats32Of(x), k) },
		func(idx []int64, x []int32) { ArgSortFloat32Descending(idx, floats32Of(x)) },
		func(dst, a, b []int32) { MergeFloat32Descending(floats32Of(dst), floats32Of(a), floats32Of(b)) }, descendingFloat32},
}

// specialBits32 are the ends of int32, and float32 that are not ordinary.
var specialBits32 = []uint32{0x7fc00000, 0xffc00000, 0x7f800001, 0xff800001, 0xffffffff, 0x7fffffff, 0x7f800000, 0xff800000,
	0, 0x80000000, 1, 0x80000001, 0x7f7fffff, 0xff7fffff, 0x3f800000, 0xbf800000}

// dwordShapes are ways in which n elements come: those of 8 bytes, and bits of all
// kinds.
func dwordShapes() map[string]func(r *rand.Rand, n int) []int32 {
	shapes := map[string]func(r *rand.Rand, n int) []int32{
		"specials": func(r *rand.Rand, n int) []int32 {
			return filled32(n, func(int) uint32 { return specialBits32[r.IntN(len(specialBits32))] })
		},
		"nearly ordinary": func(r *rand.Rand, n int) []int32 {
			return filled32(n, func(int) uint32 {
				if r.IntN(9) == 0 {
					return specialBits32[r.IntN(len(specialBits32))]
				}
				return math.Float32bits(float32(r.IntN(40)) - 20)
			})
		},
		"largest": func(r *rand.Rand, n int) []int32 {
			return filled32(n, func(int) uint32 { return math.MaxInt32 - r.Uint32N(2) })
		},
		"smallest": func(r *rand.Rand, n int) []int32 {
			return filled32(n, func(int) uint32 { return 1<<31 + r.Uint32N(2) })
		},
	}
	for _, name := range []string{"random", "sorted", "backwards", "equal", "few", "organ", "striped"} {
		shapes[name] = func(r *rand.Rand, n int) []int32 {
			wide := orders[name](r, n)
			return filled32(n, func(i int) uint32 { return uint32(wide[i]) })
		}
	}
	return shapes
}

func filled32(n int, f func(i int) uint32) []int32 {
	x := make([]int32, n)
	for i := range x {
		x[i] = int32(f(i))
	}
	return x
}

// dwordLengths are all about the networks and the steps, and beyond a sample and a
// piece.
func dwordLengths(most int) []int {
	var all []int
	for n := 0; n < 530; n++ {
		if race.Enabled || n > 280 {
			n += 6
		}
		all = append(all, n)
	}
	return append(all, 1025, 4095, 4097, most)
}

// All lengths in every order and shape, at both ends of guarded memory.
func TestDwordSorts(t *testing.T) {
	const most = 5000
	r := rand.New(rand.NewPCG(91, 1))
	ends, starts := testmem.Guarded(t, 4*most, testmem.End), testmem.Guarded(t, 4*most, testmem.Start)
	shapes := dwordShapes()
	onEachLevel(t, func(t *testing.T) {
		for _, o := range allDwordSorts {
			for name, shape := range shapes {
				for _, n := range dwordLengths(most) {
					if n > 70 && r.IntN(3) > 0 {
						continue // others meet this length
					}
					x := shape(r, n)
					want := slices.SortedFunc(slices.Values(x), o.compare)
					for _, memory := range [][]int32{view[int32](ends, 4*(most-n), n), view[int32](starts, 0, n)} {
						copy(memory, x)
						if o.sort(memory); !slices.Equal(memory, want) {
							t.Fatalf("%s: %d elements, %s, are not sorted", o.name, n, name)
						}
					}
				}
			}
		}
	})
}

// One element of each kind in each lane of each length.
func TestDwordSortsOfOneSpecial(t *testing.T) {
	r := rand.New(rand.NewPCG(91, 2))
	onEachLevel(t, func(t *testing.T) {
		for _, o := range allDwordSorts {
			for _, n := range []int{1, 2, 7, 8, 9, 15, 16, 17, 33, 64, 65, 200, 257} {
				for at := 0; at < n; at += 1 + n/70 {
					x := filled32(n, func(int) uint32 { return math.Float32bits(float32(r.NormFloat64())) })
					x[at] = int32(specialBits32[r.IntN(len(specialBits32))])
					want := slices.SortedFunc(slices.Values(x), o.compare)
					idx := make([]int64, n)
					if o.places(idx, x); !slices.Equal(idx, stablePlaces(x, o.equal)) {
						t.Fatalf("%s: places of %d elements with %#x at %d are %v", o.name, n, x[at], at, idx)
					}
					if o.sort(x); !slices.Equal(x, want) {
						t.Fatalf("%s: %d elements with one at %d are not sorted", o.name, n, at)
					}
				}
			}
		}
	})
}

// More than a block, at addresses of any alignment, and pivots that are bad.
func TestDwordSortsOfMany(t *testing.T) {
	n := 2*narrow1 + 11
	if race.Enabled {
		n = narrow2 + 11
	}
	r := rand.New(rand.NewPCG(91, 3))
	memory := testmem.Go(t, 4*n+4)
	onEachLevel(t, func(t *testing.T) {
		for name, shape := range dwordShapes() {
			o := &allDwordSorts[r.IntN(len(allDwordSorts))]
			x := view[int32](memory, r.IntN(4), n)
			copy(x, shape(r, n))
			want := slices.SortedFunc(slices.Values(x), o.compare)
			if o.sort(x); !slices.Equal(x, want) {
				t.Fatalf("%s: %d elements, %s, are not sorted", o.name, n, name)
			}
		}
		if active == levelGo {
			return // has no pivots of its own
		}
		for parts := range 6 {
			for _, o := range allDwordSorts {
				x := dwordShapes()["nearly ordinary"](r, 9000)
				want := slices.SortedFunc(slices.Values(x), o.compare)
				o.order.toKeys(x)
				if o.order.sortKeys(x, parts); !slices.Equal(x, want) {
					t.Fatalf("%s: with %d parts at most it is not sorted", o.name, parts)
				}
			}
		}
	})
}

// Each step of a partition keeps what there is, whatever is below the pivot.
func TestPartitionDwords(t *testing.T) {
	r := rand.New(rand.NewPCG(91, 4))
	onEachLevel(t, func(t *testing.T) {
		for _, n := range partitionSizes(fewKeys([]int32(nil)), 1000, 4096, narrow1+1) {
			for _, share := range []int32{0, 1, 50, 99, 100} {
				x := filled32(n, func(int) uint32 { return r.Uint32N(100) })
				want := slices.Sorted(slices.Values(x))
				below, _ := slices.BinarySearch(want, share)
				if at := partition(x, share); at != below {
					t.Fatalf("of %d elements %d are below %d, got %d", n, below, share, at)
				}
				if below > 0 && slices.Max(x[:below]) >= share || below < n && slices.Min(x[below:]) < share {
					t.Fatalf("%d elements parted at %d are %v", n, share, x)
				}
				if slices.Sort(x); !slices.Equal(x, want) {
					t.Fatalf("%d elements parted at %d are others", n, share)
				}
			}
		}
	})
}

// Keys are what the plain-Go twin has, for all operations, and nothing else is
// written.
func TestKeys(t *testing.T) {
	keysAreThoseOfTheTwin(t, dwordShapes()["nearly ordinary"], []int32{0, -1, math.MinInt32})
	special := []float64{0, 1, math.Pi, 5e-324, math.MaxFloat64, math.Inf(1), math.NaN()}
	keysAreThoseOfTheTwin(t, func(r *rand.Rand, n int) []int64 {
		return filled(n, func(i int) int64 {
			v := int64(math.Float64bits(special[r.IntN(len(special))])) + r.Int64N(3) - 1
			return v ^ int64(r.Uint64N(2)<<63)
		})
	}, []int64{0, -1, math.MinInt64, math.MaxInt64})
}

func keysAreThoseOfTheTwin[K key](t *testing.T, some func(r *rand.Rand, n int) []K, flips []K) {
	const most = 300
	size := sizeOf(flips)
	r := rand.New(rand.NewPCG(91, 5))
	from, to := testmem.Guarded(t, size*most, testmem.End), testmem.Guarded(t, size*most, testmem.End)
	onEachLevel(t, func(t *testing.T) {
		for n := range most {
			x, dst := view[K](from, size*(most-n), n), view[K](to, size*(most-n), n)
			copy(x, some(r, n))
			for op := opToKeys; op <= opFlipKeys; op++ {
				for _, flip := range flips {
					want := make([]K, n)
					keysGo(op, want, x, flip)
					if keys(op, dst, x, flip); !slices.Equal(dst, want) {
						t.Fatalf("operation %d, flip %#x, of %x is %x, want %x", op, flip, x, dst, want)
					}
				}
			}
		}
	})
}
