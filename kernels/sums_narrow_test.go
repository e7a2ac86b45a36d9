package kernels

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// What is summed as float64 is what the kernel of float64 gives, to the bit: in
// each tail, and over blocks.
func TestNarrowSumsAreThoseOfFloat64(t *testing.T) {
	r := rand.New(rand.NewPCG(93, 1))
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100, 1023, 1025, block2, block2 + 9, 2*block2 + 777} {
			in := newPool(func(n int) []byte { return make([]byte, n) }, n).at(0, n)
			in.fill(r)
			f, g, i, j := asFloat64(in.f32), asFloat64(in.g32), asFloat64(in.i32), asFloat64(in.j32)
			if got, want := CoMomentsFloat32(in.f32, in.g32), CoMomentsOf(f, g); got != want {
				t.Fatalf("co-moments of %d float32 are %v, want %v", n, got, want)
			}
			if got, want := CoMomentsInt32(in.i32, in.j32), CoMomentsOf(i, j); got != want {
				t.Fatalf("co-moments of %d int32 are %v, want %v", n, got, want)
			}
			if got, want := SumCompensatedFloat32(in.g32), SumCompensated(g); got != want {
				t.Fatalf("the sum of %d is %v, want %v", n, got, want)
			}
			for _, groups := range []int{testGroups, maxGroups} {
				groupsAreThoseOfFloat64(t, in, groups)
			}
		}
	})
}

func groupsAreThoseOfFloat64(t *testing.T, in *input, groups int) {
	t.Helper()
	want, got := make([]GroupMoments, groups), make([]GroupMoments, groups)
	err := errors.Join(GroupedMoments(want, in.codes, asFloat64(in.f32)), GroupedMomentsFloat32(got, in.codes, in.f32))
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("groups of %d float32 are %v, want %v: %v", len(in.codes), got, want, err)
	}
	clear(want)
	clear(got)
	err = errors.Join(GroupedMoments(want, in.codes, asFloat64(in.j32)), GroupedMomentsInt32(got, in.codes, in.j32))
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("groups of %d int32 are %v, want %v: %v", len(in.codes), got, want, err)
	}
}

// The form of any number of groups.
func TestNarrowGroupsByCode(t *testing.T) {
	r := rand.New(rand.NewPCG(93, 2))
	const n, groups = 5000, 300
	x, wide, f, codes := make([]int32, n), make([]int64, n), make([]float32, n), make([]uint32, n)
	for i := range x {
		x[i], f[i], codes[i] = int32(r.Uint32()), float32(r.NormFloat64()), r.Uint32N(groups)
		wide[i] = int64(x[i])
	}
	sums, wantSums := make([]GroupSum, groups), make([]GroupSum, groups)
	acc, wantAcc := make([]GroupMoments, groups), make([]GroupMoments, groups)
	err := errors.Join(GroupedSumInt32(sums, codes, x), GroupedSumInt64(wantSums, codes, wide),
		GroupedMomentsByCodeFloat32(acc, codes, f), GroupedMomentsByCode(wantAcc, codes, asFloat64(f)))
	if err != nil || !slices.Equal(sums, wantSums) || !slices.Equal(acc, wantAcc) {
		t.Errorf("sums and moments by code differ from those of 8 bytes: %v", err)
	}
	codes[n-1] = groups
	clear(sums)
	clear(acc)
	for i, err := range []error{GroupedSumInt32(sums, codes, x), GroupedMomentsByCodeFloat32(acc, codes, f)} {
		if !errors.Is(err, ErrCode) {
			t.Errorf("kernel %d with a code out of range: %v", i, err)
		}
	}
	if slices.ContainsFunc(sums, func(s GroupSum) bool { return s.N != 0 }) || slices.ContainsFunc(acc, func(g GroupMoments) bool { return g.N != 0 }) {
		t.Error("something was written")
	}
}

// A NaN of a group is found, and only there; a code out of range writes nothing.
func TestNarrowGroupsOfSpecials(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		x, codes := make([]float32, 100), make([]uint8, 100)
		for at := range x {
			for i := range x {
				x[i], codes[i] = float32(i), uint8(i%3)
			}
			x[at] = nan32()
			acc := make([]GroupMoments, 3)
			if err := GroupedMomentsFloat32(acc, codes, x); err != nil {
				t.Fatal(err)
			}
			for g := range acc {
				if isNaN := math.IsNaN(acc[g].Min) && math.IsNaN(acc[g].Max) && math.IsNaN(acc[g].Mean); isNaN != (g == at%3) || isNaN != (acc[g].Min != acc[g].Min) {
					t.Fatalf("with a NaN at %d group %d is %+v", at, g, acc[g])
				}
			}
			codes[at] = 3
			clear(acc)
			for i, err := range []error{GroupedMomentsFloat32(acc, codes, x), GroupedMomentsInt32(acc, codes, make([]int32, 100))} {
				if !errors.Is(err, ErrCode) || slices.ContainsFunc(acc, func(g GroupMoments) bool { return g.N != 0 }) {
					t.Fatalf("kernel %d with a code out of range at %d: %v", i, at, err)
				}
			}
		}
	})
}

func TestMisuseOfNarrowSums(t *testing.T) {
	f, x := make([]float32, 9), make([]int32, 9)
	panics(t, "CoMomentsFloat32 of two lengths", func() { CoMomentsFloat32(f, f[:8]) })
	panics(t, "CoMomentsInt32 of two lengths", func() { CoMomentsInt32(x[:8], x) })
	panics(t, "GroupedMomentsFloat32 of two lengths", func() { mustNot(GroupedMomentsFloat32(nil, make([]uint8, 8), f)) })
	panics(t, "GroupedMomentsInt32 of two lengths", func() { mustNot(GroupedMomentsInt32(nil, make([]uint8, 8), x)) })
	panics(t, "GroupedSumInt32 of two lengths", func() { mustNot(GroupedSumInt32(nil, make([]uint32, 8), x)) })
	panics(t, "GroupedMomentsByCodeFloat32 of two lengths", func() { mustNot(GroupedMomentsByCodeFloat32(nil, make([]uint32, 8), f)) })
}
