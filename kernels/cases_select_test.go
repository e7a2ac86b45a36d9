package kernels

var selectCases = []kernelCase{
	{"Filter", runFilter, nil},
	{"FilterCompare", runFilterCompare, nil},
	{"FilterCompareInt64", runFilterCompareInt64, nil},
	{"Where", runWhere, nil},
	{"Take", runTake, nil},
	{"PrefixSum", runPrefixSum, nil},
}

// masks are some to select by, each with a bit for each element and for 63 before.
func masks(in *input) [][]uint64 {
	n := len(in.f) + 63
	sparse, dense, none, all := make([]uint64, Bits(n)), make([]uint64, Bits(n)), make([]uint64, Bits(n)), make([]uint64, Bits(n))
	for i := range all {
		all[i] = ^uint64(0)
	}
	for i, v := range in.x {
		if v > 20 {
			sparse[(i+63)/64] |= 1 << ((i + 63) % 64)
		} else {
			dense[(i+63)/64] |= 1 << ((i + 63) % 64)
		}
	}
	return [][]uint64{sparse, dense, none, all}
}

func runFilter(in *input) (out []float64) {
	for i, mask := range masks(in) {
		n := got(Filter(in.out, in.f, mask, 63))
		out = append(out, digest(in.out[:n])...)
		n = got(FilterInt64(in.outs, in.y, mask, i))
		out = append(out, digest(in.outs[:n])...)
	}
	return out
}

func runFilterCompare(in *input) (out []float64) {
	t := threshold(in.f)
	for c := range comparisons {
		n := got(FilterCompare(in.out, in.f, c, t))
		out = append(out, digest(in.out[:n])...)
	}
	return out
}

func runFilterCompareInt64(in *input) (out []float64) {
	for c := range comparisons {
		for _, x := range [][]int64{in.x, in.y} {
			n := got(FilterCompareInt64(in.outs, x, c, 3))
			out = append(out, digest(in.outs[:n])...)
		}
	}
	return out
}

func runWhere(in *input) (out []float64) {
	for _, mask := range masks(in) {
		for _, from := range []int{0, 1, 31, 63} {
			out = append(out, digest(in.outs[:got(Where(in.outs, mask, from, len(in.outs)))])...)
		}
	}
	return out
}

func runTake(in *input) []float64 {
	idx := make([]int64, len(in.f))
	for i, v := range in.y {
		idx[i] = int64(uint64(v) % uint64(len(in.f)))
	}
	if err := Take(in.out, in.f, idx); err != nil {
		panic(err)
	}
	if err := TakeInt64(in.outs, in.y, idx); err != nil {
		panic(err)
	}
	return append(digest(in.out), digest(in.outs)...)
}

// got returns a number that comes without an error.
func got(n int, err error) int {
	if err != nil {
		panic(err)
	}
	return n
}

func runPrefixSum(in *input) (out []float64) {
	for _, f := range []func(dst, x []float64, start float64) float64{PrefixSum, PrefixSumExclusive} {
		out = append(out, oneNaN(f(in.out, in.g, 0.1)))
		for i, v := range in.out {
			in.out[i] = oneNaN(v)
		}
		out = append(out, digest(in.out)...)
	}
	for _, f := range []func(dst, x []int64, start int64) int64{PrefixSumInt64, PrefixSumExclusiveInt64} {
		out = append(append(out, wholes(f(in.outs, in.y, 1))...), digest(in.outs)...)
	}
	return out
}

// digest returns numbers that tell apart what kernels wrote: long results, of
// which these tests make many.
func digest[T int64 | float64](x []T) []float64 {
	h := uint64(len(x))
	for _, v := range wordsOf(x) {
		h = (h ^ v) * 0x9E3779B97F4A7C15
		h ^= h >> 29
	}
	return wholes(int64(h))
}
