package kernels

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/testmem"
)

func TestFirstOfDwords(t *testing.T) {
	r := rand.New(rand.NewPCG(92, 1))
	onEachLevel(t, func(t *testing.T) {
		for _, o := range allDwordSorts {
			for name, shape := range dwordShapes() {
				for _, n := range []int{0, 1, 5, 257, 511, 513, 3000} {
					for _, k := range []int{0, 1, n / 3, n / 2, max(n-1, 0), n, n + 10} {
						x := shape(r, n)
						want := slices.SortedFunc(slices.Values(x), o.compare)
						o.first(x, k)
						if front := min(k, n); !slices.Equal(x[:front], want[:front]) {
							t.Fatalf("%s: the first %d of %d elements, %s, are wrong", o.name, k, n, name)
						}
						if slices.SortFunc(x, o.compare); !slices.Equal(x, want) {
							t.Fatalf("%s: after the first %d of %d elements, %s, others are left", o.name, k, n, name)
						}
					}
				}
			}
		}
	})
}

// Bad pivots, and what they leave, are sorted all the same.
func TestFirstOfManyEqualDwords(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		for _, o := range allDwordSorts {
			x := slices.Repeat([]int32{7, 7, 7, 7, 7, 7, 7, 7, 7, 9}, 1000)
			want := slices.SortedFunc(slices.Values(x), o.compare)
			if o.first(x, 5000); !slices.Equal(x[:5000], want[:5000]) {
				t.Fatalf("%s: the first 5000 are wrong", o.name)
			}
		}
	})
}

func TestPlacesOfDwords(t *testing.T) {
	const most = 3*widened + 5
	r := rand.New(rand.NewPCG(92, 2))
	in, out := testmem.Guarded(t, 4*most, testmem.End), testmem.Guarded(t, 8*most, testmem.End)
	var lengths []int
	for n := 0; n < 200; n++ {
		if race.Enabled {
			n += 4
		}
		lengths = append(lengths, n)
	}
	lengths = append(lengths, 511, widened-1, widened, widened+1, most)
	onEachLevel(t, func(t *testing.T) {
		for _, o := range allDwordSorts {
			for name, shape := range dwordShapes() {
				for _, n := range lengths {
					if n > 70 && r.IntN(3) > 0 {
						continue // others meet this length
					}
					x, idx := view[int32](in, 4*(most-n), n), view[int64](out, 8*(most-n), n)
					copy(x, shape(r, n))
					before, want := slices.Clone(x), stablePlaces(x, o.equal)
					if o.places(idx, x); !slices.Equal(idx, want) {
						t.Fatalf("%s: places of %d elements, %s, are %v", o.name, n, name, idx)
					}
					if !slices.Equal(x, before) {
						t.Fatalf("%s: the input was modified", o.name)
					}
				}
			}
		}
	})
}

// More elements than can be packed with their places.
func TestPlacesOfTooManyDwords(t *testing.T) {
	r := rand.New(rand.NewPCG(92, 3))
	for _, o := range allDwordSorts {
		for name, shape := range dwordShapes() {
			x, idx := shape(r, 300), make([]int64, 300)
			if packedPlaces(o.order, idx, x, 299); !slices.Equal(idx, stablePlaces(x, o.equal)) {
				t.Fatalf("%s: places of %s are %v", o.name, name, idx)
			}
		}
	}
}

func TestMergeOfDwords(t *testing.T) {
	r := rand.New(rand.NewPCG(92, 4))
	for _, o := range allDwordSorts {
		for name, shape := range dwordShapes() {
			for range 30 {
				n, m := r.IntN(40), r.IntN(40)
				x, dst := shape(r, n+m), make([]int32, n+m)
				want := slices.SortedFunc(slices.Values(x), o.compare)
				o.sort(x[:n])
				o.sort(x[n:])
				if o.merge(dst, x[:n], x[n:]); !slices.Equal(dst, want) {
					t.Fatalf("%s: %d and %d elements, %s, merge to %v, want %v", o.name, n, m, name, dst, want)
				}
			}
		}
	}
}

func TestMisuseOfDwordSorts(t *testing.T) {
	idx, x, f := make([]int64, 30), make([]int32, 30), make([]float32, 30)
	panics(t, "ArgSortFloat32 of another length", func() { ArgSortFloat32(idx[:29], f) })
	panics(t, "ArgSortInt32 of another length", func() { ArgSortInt32(idx, x[:29]) })
	panics(t, "ArgSortInt32Descending into its input", func() { ArgSortInt32Descending(idx[:14], dwordsIn(idx[13:])[1:15]) })
	panics(t, "MergeFloat32 into less", func() { MergeFloat32(f[:9], f[10:15], f[20:25]) })
	panics(t, "MergeFloat32Descending into its input", func() { MergeFloat32Descending(f[:10], f[9:14], f[20:25]) })
	panics(t, "MergeInt32 into more", func() { MergeInt32(x[:11], x[12:17], x[20:25]) })
	panics(t, "MergeInt32Descending into its input", func() { MergeInt32Descending(x[:10], x[12:17], x[5:10]) })
	panics(t, "PartialSortFloat32 of a negative number", func() { PartialSortFloat32(f, -1) })
	panics(t, "PartialSortInt32 of a negative number", func() { PartialSortInt32(x, -1) })
	panics(t, "TopKFloat32 of a negative number", func() { TopKFloat32(f, -1) })
	panics(t, "TopKInt32 of a negative number", func() { TopKInt32(x, -1) })
	if slices.Max(idx) != 0 {
		t.Error("something was written")
	}
}

func TestDwordSortsDoNotAllocate(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	const n = 20_000
	x, idx := dwordShapes()["random"](rand.New(rand.NewPCG(92, 5)), n), make([]int64, n)
	onEachLevel(t, func(t *testing.T) {
		for _, o := range allDwordSorts {
			if allocs := testing.AllocsPerRun(5, func() { o.first(x, 50); o.places(idx, x); o.sort(x) }); allocs != 0 {
				t.Errorf("%s allocates %v times", o.name, allocs)
			}
		}
	})
}

// Others write to what is sorted: the result is anybody's guess, but it ends and
// nothing outside is touched.
func TestDwordSortsOfWhatChanges(t *testing.T) {
	const n = 20000
	if race.Enabled {
		t.Skip("this is a race")
	}
	memory, places := view[int32](testmem.Guarded(t, 4*n, testmem.End), 0, n), view[int64](testmem.Guarded(t, 8*n, testmem.End), 0, n)
	onEachLevel(t, func(t *testing.T) {
		stop, done := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			r := rand.New(rand.NewPCG(92, 6))
			for {
				select {
				case <-stop:
					return
				default:
					memory[r.IntN(n)], places[r.IntN(n)] = int32(r.Uint32()), int64(r.Uint64())
				}
			}
		}()
		for _, o := range allDwordSorts {
			o.sort(memory)
			o.first(memory, n/4)
			o.places(places, memory)
			packedPlaces(o.order, places, memory, 0)
		}
		close(stop)
		<-done
	})
}

func FuzzDwordSorts(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 17*40))
	f.Fuzz(func(t *testing.T, data []byte) {
		x := slices.Clone(fuzzInput(data).i32)
		for i := 0; len(x) > 0 && len(x) < 700; i++ { // long enough to be parted
			x = append(x, x[i]+int32(i))
		}
		for l := range best() + 1 {
			use(t, l)
			for _, o := range allDwordSorts {
				got, idx := slices.Clone(x), make([]int64, len(x))
				if o.places(idx, x); !slices.Equal(idx, stablePlaces(x, o.equal)) {
					t.Fatalf("%s: places of %d elements on %s are %v", o.name, len(x), l, idx)
				}
				if o.sort(got); !slices.Equal(got, slices.SortedFunc(slices.Values(x), o.compare)) {
					t.Fatalf("%s: %d elements are not sorted on %s", o.name, len(x), l)
				}
			}
		}
	})
}
