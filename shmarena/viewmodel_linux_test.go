package shmarena

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// sliced is the reference: the elements of a view in the order of their indices,
// with the shape, as lists of lists would have them.
type sliced struct {
	shape []int
	at    []int64
}

func (s sliced) index(flat int) []int {
	idx := make([]int, len(s.shape))
	for d := len(s.shape) - 1; d >= 0; d-- {
		idx[d], flat = flat%s.shape[d], flat/s.shape[d]
	}
	return idx
}

// pick keeps the elements whose index in d passes, and renumbers it.
func (s sliced) pick(d int, keep func(i int) bool) sliced {
	out := sliced{shape: slices.Clone(s.shape)}
	out.shape[d] = 0
	for i := range s.shape[d] {
		if keep(i) {
			out.shape[d]++
		}
	}
	for flat, x := range s.at {
		if keep(s.index(flat)[d]) {
			out.at = append(out.at, x)
		}
	}
	return out
}

func (s sliced) swap(d, e int) sliced {
	out := sliced{slices.Clone(s.shape), make([]int64, len(s.at))}
	out.shape[d], out.shape[e] = s.shape[e], s.shape[d]
	for flat := range out.at {
		idx := out.index(flat)
		idx[d], idx[e] = idx[e], idx[d]
		from := 0
		for k, i := range idx {
			from = from*s.shape[k] + i
		}
		out.at[flat] = s.at[from]
	}
	return out
}

// Whatever is cut and turned, a view has the elements that a slow reference has.
func TestViewModel(t *testing.T) {
	a := newArena(t, 1<<20)
	rapid.Check(t, func(rt *rapid.T) {
		shape := rapid.SliceOfN(rapid.IntRange(1, 5), 1, MaxRank).Draw(rt, "shape")
		v := numbered(t, a, shape...)
		defer func() { mustFree(t, v.Array()) }()
		want := sliced{shape, slices.Clone(v.Array().Slice())}
		for range rapid.IntRange(0, 6).Draw(rt, "steps") {
			v, want = cut(rt, v, want)
			sameElements(rt, v, want)
		}
	})
}

// cut does one thing to a view and to its reference.
func cut(rt *rapid.T, v View[int64], want sliced) (View[int64], sliced) {
	d := rapid.IntRange(0, v.Rank()-1).Draw(rt, "dimension")
	n := v.Dim(d)
	switch rapid.IntRange(0, 3).Draw(rt, "what") {
	case 0:
		lo := rapid.IntRange(0, n).Draw(rt, "lo")
		hi := rapid.IntRange(lo, n).Draw(rt, "hi")
		return v.Part(d, lo, hi), want.pick(d, func(i int) bool { return i >= lo && i < hi })
	case 1:
		step := rapid.IntRange(1, 4).Draw(rt, "step")
		return v.Every(d, step), want.pick(d, func(i int) bool { return i%step == 0 })
	case 2:
		e := rapid.IntRange(0, v.Rank()-1).Draw(rt, "other")
		return v.Swap(d, e), want.swap(d, e)
	}
	if n == 0 || v.Rank() == 1 {
		return v, want
	}
	i := rapid.IntRange(0, n-1).Draw(rt, "index")
	want = want.pick(d, func(k int) bool { return k == i })
	want.shape = slices.Delete(want.shape, d, d+1)
	return v.Pick(d, i), want
}

func sameElements(rt *rapid.T, v View[int64], want sliced) {
	if v.Rank() != len(want.shape) || v.Len() != len(want.at) || v.Check() != nil {
		rt.Fatalf("%+v, want the shape %v", v, want.shape)
	}
	for flat, x := range want.at {
		idx := want.index(flat)
		if got := v.At(idx...); got != x {
			rt.Fatalf("at %v is %d, want %d", idx, got, x)
		}
		if last := v.Rank() - 1; v.Stride(last) == 1 {
			if got := v.Row(idx[:last]...)[idx[last]]; got != x {
				rt.Fatalf("in row %v is %d, want %d", idx, got, x)
			}
		}
	}
	if span := v.Span(); len(want.at) > 0 && (span[0] != want.at[0] || span[len(span)-1] != want.at[len(want.at)-1]) {
		rt.Fatalf("span from %d to %d, want %d to %d", span[0], span[len(span)-1], want.at[0], want.at[len(want.at)-1])
	}
}
