package kernels

import (
	"testing"

	"gonum.org/v1/gonum/floats"
)

func BenchmarkAdd(b *testing.B) {
	bench(b, 24, func(in *input) { Add(in.out, in.f, in.g) }, map[string]func(*input){
		"loop":  func(in *input) { loopAdd(in.out, in.f, in.g) },
		"gonum": func(in *input) { floats.AddTo(in.out, in.f, in.g) },
	})
}

func loopAdd(dst, x, y []float64) {
	for i, v := range x {
		dst[i] = v + y[i]
	}
}

func BenchmarkDiv(b *testing.B) {
	bench(b, 24, func(in *input) { Div(in.out, in.f, in.g) }, map[string]func(*input){
		"gonum": func(in *input) { floats.DivTo(in.out, in.f, in.g) },
	})
}

func BenchmarkScale(b *testing.B) {
	bench(b, 16, func(in *input) { Scale(in.out, 1.5, in.f) }, map[string]func(*input){
		"gonum": func(in *input) { floats.ScaleTo(in.out, 1.5, in.f) },
	})
}

func BenchmarkAxpy(b *testing.B) {
	bench(b, 24, func(in *input) { Axpy(in.out, 1.5, in.f, in.g) }, map[string]func(*input){
		"gonum": func(in *input) { floats.AddScaledTo(in.out, in.g, 1.5, in.f) },
	})
}

func BenchmarkMulInt64(b *testing.B) {
	bench(b, 24, func(in *input) { MulInt64(in.outs, in.x, in.y) }, nil)
}
