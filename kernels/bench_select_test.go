package kernels

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// percents are how much of the data is selected.
var percents = []int{1, 10, 50, 90, 99}

// selective returns n numbers of [0, 100), so that v < p selects p percent.
func selective(n int) []float64 {
	r := rand.New(rand.NewPCG(3, 3))
	x := make([]float64, n)
	for i := range x {
		x[i] = 100 * r.Float64()
	}
	return x
}

// benchSelect times a selection on each level and of each percentage.
func benchSelect(b *testing.B, run func(in *input, p float64), loop func(in *input, p float64)) {
	for _, size := range sizes {
		x := selective(size.n)
		for _, p := range percents {
			in := benchInput(size.n)
			swapped := *in
			swapped.f = x
			Compare(in.bits, x, Less, float64(p))
			name := fmt.Sprintf("%s/%d%%/", size.name, p)
			for l := range best() + 1 {
				b.Run(name+l.String(), func(b *testing.B) {
					use(b, l)
					timed(b, 8, &swapped, func(in *input) { run(in, float64(p)) })
				})
			}
			b.Run(name+"loop", func(b *testing.B) { timed(b, 8, &swapped, func(in *input) { loop(in, float64(p)) }) })
		}
	}
}

func BenchmarkFilter(b *testing.B) {
	benchSelect(b, func(in *input, _ float64) { sink += float64(got(Filter(in.out, in.f, in.bits, 0))) },
		func(in *input, _ float64) {
			n := 0
			for i, v := range in.f {
				if in.bits[i/64]>>(i%64)&1 == 1 {
					in.out[n] = v
					n++
				}
			}
			sink += float64(n)
		})
}

func BenchmarkFilterCompare(b *testing.B) {
	benchSelect(b, func(in *input, p float64) { sink += float64(got(FilterCompare(in.out, in.f, Less, p))) },
		func(in *input, p float64) {
			n := 0
			for _, v := range in.f {
				if v < p {
					in.out[n] = v
					n++
				}
			}
			sink += float64(n)
		})
}

func BenchmarkWhere(b *testing.B) {
	benchSelect(b, func(in *input, _ float64) { sink += float64(got(Where(in.outs, in.bits, 0, len(in.f)))) },
		func(in *input, _ float64) {
			n := 0
			for i := range in.f {
				if in.bits[i/64]>>(i%64)&1 == 1 {
					in.outs[n] = int64(i)
					n++
				}
			}
			sink += float64(n)
		})
}

func BenchmarkTake(b *testing.B) {
	for _, size := range sizes {
		in, idx := benchInput(size.n), make([]int64, size.n)
		r := rand.New(rand.NewPCG(4, 4))
		for i := range idx {
			idx[i] = r.Int64N(int64(size.n))
		}
		for l := range best() + 1 {
			b.Run(size.name+"/"+l.String(), func(b *testing.B) {
				use(b, l)
				timed(b, 24, in, func(in *input) { must(b, Take(in.out, in.f, idx)) })
			})
		}
	}
}
