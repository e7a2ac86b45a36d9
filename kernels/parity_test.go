package kernels

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/testmem"
)

// lengths are 0 to beyond four unrolled runs of any kernel, and some further
// around a power of two.
func lengths() []int {
	var all []int
	for n := range 258 {
		all = append(all, n)
	}
	return append(all, 1023, 1024, 1025)
}

const mostRows = 1025

// sameAsTwin runs a kernel on the level of the test and on the plain-Go one.
func sameAsTwin(tb testing.TB, c *kernelCase, in *input) {
	tb.Helper()
	got := c.run(in)
	level, moved := active, mover
	active, mover = levelGo, levelGo
	defer func() { active, mover = level, moved }()
	want := c.run(in)
	var bounds []float64
	if c.bound != nil {
		bounds = c.bound(in)
	}
	for i := range want {
		if math.Float64bits(got[i]) == math.Float64bits(want[i]) {
			continue
		}
		bothNaN := got[i] != got[i] && want[i] != want[i]
		if bounds == nil || !bothNaN && !(math.Abs(got[i]-want[i]) <= bounds[i]) {
			tb.Fatalf("%s of %d rows: number %d is %v on %s, %v on go", c.name, len(in.f), i, got[i], level, want[i])
		}
	}
}

// pool is memory for each slice of an input.
type pool struct {
	f, g, x, y, codes, hours, bits, out, outs []byte
	narrowPool
}

func newPool(get func(bytes int) []byte, rows int) *pool {
	return &pool{get(8 * rows), get(8 * rows), get(8 * rows), get(8 * rows), get(rows), get(rows), get(8 * Bits(rows)), get(8 * rows), get(8 * rows), newNarrowPool(get, rows)}
}

// at gives n rows that begin off bytes into the memory.
func (p *pool) at(off, n int) *input { return p.from(off, off, off, off, n) }

// atEnd gives n rows that end with the memory.
func (p *pool) atEnd(n int) *input {
	off := len(p.codes) - n
	return p.from(8*off, 4*off, off, len(p.bits)-8*Bits(n), n)
}

func (p *pool) from(wide, dword, narrow, bits, n int) *input {
	return &input{
		view[float64](p.f, wide, n), view[float64](p.g, wide, n),
		view[int64](p.x, wide, n), view[int64](p.y, wide, n),
		view[uint8](p.codes, narrow, n), view[uint8](p.hours, narrow, n),
		view[uint64](p.bits, bits, Bits(n)), view[float64](p.out, wide, n), view[int64](p.outs, wide, n), p.narrowFrom(dword, n),
	}
}

func TestEveryLengthAtEveryOffset(t *testing.T) {
	const offsets = 64
	memory := newPool(func(n int) []byte { return testmem.Go(t, n+offsets) }, mostRows)
	onEachLevel(t, func(t *testing.T) {
		for _, n := range lengths() {
			for off := range offsets {
				if n > 40 && (n+off)%7 != 0 || race.Enabled && (n+off)%13 != 0 {
					continue // every offset meets every tail, not every length
				}
				in := memory.at(off, n)
				in.fill(rand.New(rand.NewPCG(uint64(n), uint64(off))))
				before := in.clone()
				for i := range kernelCases {
					sameAsTwin(t, &kernelCases[i], in)
				}
				unchanged(t, before, in)
			}
		}
	})
}

func unchanged(t *testing.T, before, after *input) {
	t.Helper()
	if !slices.Equal(before.f, after.f) || !slices.Equal(before.g, after.g) || !slices.Equal(before.x, after.x) ||
		!slices.Equal(before.y, after.y) || !slices.Equal(before.codes, after.codes) || before.narrowDiffers(after) {
		t.Fatalf("an input of %d rows was modified", len(after.f))
	}
}

func TestNothingIsTouchedOutside(t *testing.T) {
	ends := newPool(func(n int) []byte { return testmem.Guarded(t, n, testmem.End) }, mostRows)
	starts := newPool(func(n int) []byte { return testmem.Guarded(t, n, testmem.Start) }, mostRows)
	onEachLevel(t, func(t *testing.T) {
		for _, n := range lengths() {
			if race.Enabled && n > 70 && n%5 != 0 {
				continue // the borders are the same ones again
			}
			for _, in := range []*input{ends.atEnd(n), starts.at(0, n)} {
				in.fill(rand.New(rand.NewPCG(uint64(n), 1)))
				for i := range kernelCases {
					sameAsTwin(t, &kernelCases[i], in)
				}
			}
		}
	})
}

// The output ends where it should: what lies behind it keeps its value.
func TestHourOfDayWritesItsOutputOnly(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		for _, n := range lengths() {
			out := make([]uint8, n+64)
			for i := range out {
				out[i] = 0xA5
			}
			HourOfDay(out[32:32+n:32+n], make([]int64, n))
			for i, v := range out {
				if inside := i >= 32 && i < 32+n; inside != (v == 0) || !inside && v != 0xA5 {
					t.Fatalf("%d rows: byte %d is %#x", n, i-32, v)
				}
			}
		}
	})
}

// Long inputs cross the blocks of every kernel.
func TestBlocks(t *testing.T) {
	for _, n := range []int{block2 - 1, block2 + 1, block1, block1 + 1, 2*block1 + 1, 5*block1 + 77} {
		if race.Enabled && n > block1+1 {
			continue // others cross blocks too
		}
		memory := newPool(func(n int) []byte { return testmem.Go(t, n) }, n)
		in := memory.at(0, n)
		in.fill(rand.New(rand.NewPCG(uint64(n), 2)))
		onEachLevel(t, func(t *testing.T) {
			for i := range kernelCases {
				sameAsTwin(t, &kernelCases[i], in)
			}
		})
	}
}

// floatCases are the kernels that meet special numbers.
var floatCases = []string{"Sum", "Dot", "MinMax", "Moments", "CoMoments", "Histogram", "GroupedMoments", "Extremes", "Count", "Compare", "Arith", "Unary", "Filter", "FilterCompare", "Take", "PrefixSum", "ExpLog", "SumCompensated", "Norms"}

// A number that is not ordinary in each lane and each place of the tail.
func TestSpecialNumbersEverywhere(t *testing.T) {
	specials := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 5e-324, -5e-324, 1e150}
	memory := newPool(func(n int) []byte { return testmem.Go(t, n) }, 300)
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{1, 2, 3, 7, 8, 9, 31, 33, 63, 64, 65, 129, 257} {
			for place := range n {
				in := memory.at(0, n)
				in.fill(rand.New(rand.NewPCG(uint64(n), 3)))
				in.f[place] = specials[place%len(specials)]
				in.g[n-1-place] = specials[(place+n)%len(specials)]
				for i := range kernelCases {
					if slices.Contains(floatCases, kernelCases[i].name) {
						sameSpecials(t, &kernelCases[i], in)
					}
				}
			}
		}
	})
}

// sameSpecials compares as sameAsTwin does. Where a bound is not finite, sums
// of finite numbers may be anything; moments are then NaN or infinite on both,
// since which of the two depends on where a sum overflows.
func sameSpecials(t *testing.T, c *kernelCase, in *input) {
	t.Helper()
	if bound := c.bound; bound != nil {
		lenient := *c
		lenient.bound = func(in *input) []float64 {
			b := bound(in)
			for i, v := range b {
				if v-v != 0 {
					b[i] = math.MaxFloat64
				}
			}
			return b
		}
		if c.name != "Sum" && c.name != "Dot" && c.name != "Norms" {
			run := c.run
			lenient.run = func(in *input) []float64 { return infiniteToNaN(run(in)) }
		}
		c = &lenient
	}
	sameAsTwin(t, c, in)
}

func infiniteToNaN(v []float64) []float64 {
	for i := range v {
		if math.IsInf(v[i], 0) {
			v[i] = math.NaN()
		}
	}
	return v
}
