package kernel

import (
	"cmp"
	"math"
	"slices"
)

// standard are the operations as a Go program has them without any package of numerics:
// plain loops, and package slices.
var standard = map[string]func(*operands){
	"gemm/f64": func(o *operands) {
		n := side(len(o.x))
		clear(o.dst)
		for i := range n {
			row := o.dst[i*n:][:n]
			for k, a := range o.x[i*n:][:n] {
				for j, b := range o.y[k*n:][:n] {
					row[j] += a * b
				}
			}
		}
		o.kept = len(o.dst)
	},
	"sum/f64": func(o *operands) {
		s := 0.0
		for _, v := range o.x {
			s += v
		}
		o.out[0] = s
	},
	"dot/f64": func(o *operands) {
		s := 0.0
		for i, v := range o.x {
			s += v * o.y[i]
		}
		o.out[0] = s
	},
	"axpy/f64": func(o *operands) {
		for i, v := range o.x {
			o.dst[i] = factor*v + o.y[i]
		}
		o.kept = len(o.x)
	},
	"scale/f64": func(o *operands) {
		for i, v := range o.x {
			o.dst[i] = factor * v
		}
		o.kept = len(o.x)
	},
	"add/f64": func(o *operands) {
		for i, v := range o.x {
			o.dst[i] = v + o.y[i]
		}
		o.kept = len(o.x)
	},
	"minmax/f64":  func(o *operands) { o.out[0], o.out[1] = least(o.x), greatest(o.x) },
	"argmin/f64":  func(o *operands) { o.out[0] = float64(placeOfLeast(o.x)) },
	"moments/f64": func(o *operands) { o.out[0], o.out[1] = meanAndVariance(o.x) },
	"count/f64": func(o *operands) {
		n := 0
		for _, v := range o.x {
			if v > o.threshold {
				n++
			}
		}
		o.out[0] = float64(n)
	},
	"filter/f64": func(o *operands) {
		n := 0
		for _, v := range o.x {
			if v > o.threshold {
				o.dst[n] = v
				n++
			}
		}
		o.kept = n
	},
	"prefixsum/f64": func(o *operands) {
		s := 0.0
		for i, v := range o.x {
			s += v
			o.dst[i] = s
		}
		o.kept = len(o.x)
	},
	"exp/f64": func(o *operands) { mapped(o, math.Exp) },
	"log/f64": func(o *operands) { mapped(o, math.Log) },
	"sqrt/f64": func(o *operands) {
		for i, v := range o.x {
			o.dst[i] = math.Sqrt(v)
		}
		o.kept = len(o.x)
	},
	"hist/f64": func(o *operands) {
		clear(o.counts)
		for _, v := range o.x {
			o.counts[int(v*bins)]++
		}
	},
	"gather/f64": func(o *operands) {
		for i, j := range o.idx {
			o.dst[i] = o.x[j]
		}
		o.kept = len(o.idx)
	},
	"sort/f64": func(o *operands) {
		copy(o.dst, o.x)
		slices.Sort(o.dst)
		o.kept = len(o.x)
	},
	"argsort/f64": func(o *operands) {
		for i := range o.idx {
			o.idx[i] = int64(i)
		}
		slices.SortFunc(o.idx, func(i, j int64) int { return cmp.Compare(o.x[i], o.x[j]) })
	},
	"sum/i64": func(o *operands) {
		s := int64(0) // which no sum here overflows: see wholeBits
		for _, v := range o.ix {
			s += v
		}
		o.out[0] = float64(s)
	},
	"add/i64": func(o *operands) {
		for i, v := range o.ix {
			o.idst[i] = v + o.iy[i]
		}
		o.kept = len(o.ix)
	},
	"minmax/i64": func(o *operands) { o.out[0], o.out[1] = float64(slices.Min(o.ix)), float64(slices.Max(o.ix)) },
	"count/i64": func(o *operands) {
		n := 0
		for _, v := range o.ix {
			if v > o.at {
				n++
			}
		}
		o.out[0] = float64(n)
	},
	"filter/i64": func(o *operands) {
		n := 0
		for _, v := range o.ix {
			if v > o.at {
				o.idst[n] = v
				n++
			}
		}
		o.kept = n
	},
	"prefixsum/i64": func(o *operands) {
		s := int64(0)
		for i, v := range o.ix {
			s += v
			o.idst[i] = s
		}
		o.kept = len(o.ix)
	},
	"sort/i64": func(o *operands) {
		copy(o.idst, o.ix)
		slices.Sort(o.idst)
		o.kept = len(o.ix)
	},
}

func mapped(o *operands, f func(float64) float64) {
	for i, v := range o.x {
		o.dst[i] = f(v)
	}
	o.kept = len(o.x)
}

func least(x []float64) float64 {
	lo := x[0]
	for _, v := range x {
		if v < lo {
			lo = v
		}
	}
	return lo
}

func greatest(x []float64) float64 {
	hi := x[0]
	for _, v := range x {
		if v > hi {
			hi = v
		}
	}
	return hi
}

func placeOfLeast(x []float64) int {
	at := 0
	for i, v := range x {
		if v < x[at] {
			at = i
		}
	}
	return at
}

func meanAndVariance(x []float64) (mean, variance float64) {
	for _, v := range x {
		mean += v
	}
	mean /= float64(len(x))
	for _, v := range x {
		variance += (v - mean) * (v - mean)
	}
	return mean, variance / float64(len(x))
}
