package kernels

import (
	"testing"

	"gonum.org/v1/gonum/floats"
)

func BenchmarkMin(b *testing.B) {
	bench(b, 8, func(in *input) { lo, _ := Min(in.f); sink += lo }, map[string]func(*input){
		"gonum": func(in *input) { sink += floats.Min(in.f) },
	})
}

func BenchmarkMinInt64(b *testing.B) {
	bench(b, 8, func(in *input) { lo, _ := MinInt64(in.x); sink += float64(lo) }, nil)
}

func BenchmarkArgMin(b *testing.B) {
	bench(b, 8, func(in *input) { sink += float64(ArgMin(in.f)) }, map[string]func(*input){
		"gonum": func(in *input) { sink += float64(floats.MinIdx(in.f)) },
	})
}

func BenchmarkArgMinInt64(b *testing.B) {
	bench(b, 8, func(in *input) { sink += float64(ArgMinInt64(in.y)) }, nil)
}

func BenchmarkCount(b *testing.B) {
	bench(b, 8, func(in *input) { sink += float64(Count(in.f, Greater, 0.3)) }, map[string]func(*input){
		"loop": func(in *input) { sink += float64(loopCount(in.f, 0.3)) },
	})
}

func loopCount(x []float64, t float64) (n int) {
	for _, v := range x {
		if v > t {
			n++
		}
	}
	return n
}

func BenchmarkCountInt64(b *testing.B) {
	bench(b, 8, func(in *input) { sink += float64(CountInt64(in.x, Greater, 9)) }, nil)
}

func BenchmarkCompare(b *testing.B) {
	bench(b, 8, func(in *input) { Compare(in.bits, in.f, Greater, 0.3) }, nil)
}

func BenchmarkCompareInt64(b *testing.B) {
	bench(b, 8, func(in *input) { CompareInt64(in.bits, in.x, GreaterEqual, 9) }, nil)
}
