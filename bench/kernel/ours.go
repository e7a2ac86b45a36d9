package kernel

import "github.com/shmengine/shmengine/kernels"

// ours are the operations of package kernels. None of them can fail on these operands; one
// that did would leave another digest.
var ours = map[string]func(*operands){
	"sum/f64":       func(o *operands) { o.out[0] = kernels.Sum(o.x) },
	"dot/f64":       func(o *operands) { o.out[0] = kernels.Dot(o.x, o.y) },
	"axpy/f64":      func(o *operands) { kernels.Axpy(o.dst, factor, o.x, o.y); o.kept = len(o.x) },
	"scale/f64":     func(o *operands) { kernels.Scale(o.dst, factor, o.x); o.kept = len(o.x) },
	"add/f64":       func(o *operands) { kernels.Add(o.dst, o.x, o.y); o.kept = len(o.x) },
	"minmax/f64":    func(o *operands) { o.out[0], o.out[1], _ = kernels.MinMax(o.x) },
	"argmin/f64":    func(o *operands) { o.out[0] = float64(kernels.ArgMin(o.x)) },
	"moments/f64":   func(o *operands) { m := kernels.MomentsOf(o.x); o.out[0], o.out[1] = m.Mean, m.M2/float64(m.N) },
	"count/f64":     func(o *operands) { o.out[0] = float64(kernels.Count(o.x, kernels.Greater, o.threshold)) },
	"filter/f64":    func(o *operands) { o.kept, _ = kernels.FilterCompare(o.dst, o.x, kernels.Greater, o.threshold) },
	"prefixsum/f64": func(o *operands) { kernels.PrefixSum(o.dst, o.x, 0); o.kept = len(o.x) },
	"exp/f64":       func(o *operands) { kernels.Exp(o.dst, o.x); o.kept = len(o.x) },
	"log/f64":       func(o *operands) { kernels.Log(o.dst, o.x); o.kept = len(o.x) },
	"sqrt/f64":      func(o *operands) { kernels.Sqrt(o.dst, o.x); o.kept = len(o.x) },
	"hist/f64":      func(o *operands) { clear(o.counts); kernels.Histogram(o.counts, o.x, o.bins) },
	"gemm/f64": func(o *operands) {
		kernels.Gemm(o.matrix(o.dst), 1, o.matrix(o.x), o.matrix(o.y), 0)
		o.kept = len(o.dst)
	},
	"gather/f64":  func(o *operands) { _ = kernels.Take(o.dst, o.x, o.idx); o.kept = len(o.idx) },
	"sort/f64":    func(o *operands) { copy(o.dst, o.x); kernels.Sort(o.dst); o.kept = len(o.x) },
	"argsort/f64": func(o *operands) { kernels.ArgSort(o.idx, o.x, o.keys) },

	"sum/i64": func(o *operands) { o.out[0] = kernels.SumInt64(o.ix).Float64() },
	"add/i64": func(o *operands) { kernels.AddInt64(o.idst, o.ix, o.iy); o.kept = len(o.ix) },
	"minmax/i64": func(o *operands) {
		lo, hi, _ := kernels.MinMaxInt64(o.ix)
		o.out[0], o.out[1] = float64(lo), float64(hi)
	},
	"count/i64":     func(o *operands) { o.out[0] = float64(kernels.CountInt64(o.ix, kernels.Greater, o.at)) },
	"filter/i64":    func(o *operands) { o.kept, _ = kernels.FilterCompareInt64(o.idst, o.ix, kernels.Greater, o.at) },
	"prefixsum/i64": func(o *operands) { kernels.PrefixSumInt64(o.idst, o.ix, 0); o.kept = len(o.ix) },
	"sort/i64":      func(o *operands) { copy(o.idst, o.ix); kernels.SortInt64(o.idst); o.kept = len(o.ix) },
}

// matrix is a vector as a square one.
func (o *operands) matrix(v []float64) kernels.Matrix {
	n := side(len(v))
	return kernels.Matrix{Data: v, Rows: n, Cols: n, Stride: n}
}
