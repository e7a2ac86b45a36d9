package kernel

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// gonums are the operations that gonum has.
var gonums = map[string]func(*operands){
	"sum/f64":     func(o *operands) { o.out[0] = floats.Sum(o.x) },
	"dot/f64":     func(o *operands) { o.out[0] = floats.Dot(o.x, o.y) },
	"axpy/f64":    func(o *operands) { floats.AddScaledTo(o.dst, o.y, factor, o.x); o.kept = len(o.x) },
	"scale/f64":   func(o *operands) { floats.ScaleTo(o.dst, factor, o.x); o.kept = len(o.x) },
	"add/f64":     func(o *operands) { floats.AddTo(o.dst, o.x, o.y); o.kept = len(o.x) },
	"minmax/f64":  func(o *operands) { o.out[0], o.out[1] = floats.Min(o.x), floats.Max(o.x) },
	"argmin/f64":  func(o *operands) { o.out[0] = float64(floats.MinIdx(o.x)) },
	"moments/f64": func(o *operands) { o.out[0], o.out[1] = stat.PopMeanVariance(o.x, nil) },
	"count/f64": func(o *operands) {
		o.out[0] = float64(floats.Count(func(v float64) bool { return v > o.threshold }, o.x))
	},
	"prefixsum/f64": func(o *operands) { floats.CumSum(o.dst, o.x); o.kept = len(o.x) },
	"gemm/f64": func(o *operands) {
		n := side(len(o.x))
		gonum.Implementation{}.Dgemm(blas.NoTrans, blas.NoTrans, n, n, n, 1, o.x, n, o.y, n, 0, o.dst, n)
		o.kept = len(o.dst)
	},
	"argsort/f64": func(o *operands) {
		copy(o.dst, o.x) // it sorts the elements too
		floats.Argsort(o.dst, o.places)
		for i, j := range o.places {
			o.idx[i] = int64(j)
		}
	},
}
