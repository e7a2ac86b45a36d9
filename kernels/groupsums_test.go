package kernels

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The codes of parts become those of the whole, wherever it was cut, and so do the
// sums.
func TestCodesOfPartsAreThoseOfTheWhole(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			x := rapid.SliceOfN(rapid.Int64Range(-20, 20), 0, 200).Draw(t, "x")
			cut := rapid.IntRange(0, len(x)).Draw(t, "cut")
			want, distinct := mapCodes(x)
			sums := make([]GroupSum, len(distinct))
			if err := GroupedSumInt64(sums, want, x); err != nil {
				t.Fatal(err)
			}
			whole, merged := rapidTable(t, len(x)), make([]GroupSum, len(distinct))
			var got []uint32
			for i, part := range [][]int64{x[:cut], x[cut:]} {
				table, codes := rapidTable(t, len(part)), make([]uint32, len(part))
				table.Reset(uint64(i) * 77)
				acc := make([]GroupSum, len(part))
				if _, err := table.Encode(codes, part); err != nil {
					t.Fatal(err)
				}
				if err := GroupedSumInt64(acc, codes, part); err != nil {
					t.Fatal(err)
				}
				to := make([]uint32, table.Len())
				if _, err := whole.Encode(to, table.Keys()); err != nil {
					t.Fatal(err)
				}
				for c, into := range to {
					merged[into] = merged[into].Merge(acc[c])
				}
				if err := Recode(codes, to); err != nil {
					t.Fatal(err)
				}
				got = append(got, codes...)
			}
			if !slices.Equal(got, want) || !slices.Equal(whole.Keys(), distinct) || !slices.Equal(merged, sums) {
				t.Fatalf("codes of parts are %v, of the whole %v; sums %v and %v", got, want, merged, sums)
			}
		})
	})
}

func rapidTable(t *rapid.T, n int) Table {
	table, err := TableOn(make([]uint64, TableWords(n)))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestGroupedSumInt64(t *testing.T) {
	const n, groups = 3000, 300
	r := rand.New(rand.NewPCG(85, 1))
	x, codes := make([]int64, n), make([]uint32, n)
	sums := map[uint32]*big.Int{}
	for i := range x {
		x[i], codes[i] = int64(r.Uint64())>>r.IntN(3), uint32(r.IntN(groups-1))
		if sums[codes[i]] == nil {
			sums[codes[i]] = new(big.Int)
		}
		sums[codes[i]].Add(sums[codes[i]], big.NewInt(x[i]))
	}
	acc := make([]GroupSum, groups)
	if err := GroupedSumInt64(acc, codes, x); err != nil {
		t.Fatal(err)
	}
	floats, moments, want := asFloats(x), make([]GroupMoments, groups), make([]GroupMoments, groups)
	if err := GroupedMomentsByCode(moments, codes, floats); err != nil {
		t.Fatal(err)
	}
	for i, c := range codes {
		want[c] = want[c].Merge(GroupMoments{1, floats[i], 0, floats[i], floats[i]})
	}
	for c, g := range acc {
		m, w := moments[c], want[c]
		if g.N != w.N || m.N != w.N || m.Min != w.Min || m.Max != w.Max || math.Abs(m.Mean-w.Mean) > 1e-12*math.MaxInt64 || math.Abs(m.M2-w.M2) > 1e-12*w.M2 {
			t.Fatalf("moments of group %d are %v, want %v", c, m, w)
		}
		if g.N == 0 {
			continue
		}
		if mean, ok := g.Mean(); g.Sum.String() != sums[uint32(c)].String() || float64(g.Min) != w.Min || float64(g.Max) != w.Max || !ok || math.Abs(mean-w.Mean) > 1e6 {
			t.Fatalf("group %d is %v with mean %v, want the sum %v and %v", c, g, mean, sums[uint32(c)], w)
		}
	}
	if _, ok := acc[groups-1].Mean(); ok {
		t.Error("a group of no values has a mean")
	}
}

// Numbers that are not ordinary count as in GroupedMoments.
func TestGroupedMomentsByCodeOfSpecials(t *testing.T) {
	for _, x := range [][]float64{{1, math.NaN(), 2}, {math.NaN(), 1}, {math.Inf(1), 1}, {math.Copysign(0, -1)}, {1e300, -1e300}} {
		got, want := make([]GroupMoments, 1), make([]GroupMoments, 1)
		if err := errors.Join(GroupedMomentsByCode(got, make([]uint32, len(x)), x), GroupedMoments(want, make([]uint8, len(x)), x)); err != nil {
			t.Fatal(err)
		}
		g, w := got[0], want[0]
		same := func(a, b float64) bool { return a == b || a-a != 0 && b-b != 0 }
		if g.N != w.N || !same(g.Min, w.Min) || !same(g.Max, w.Max) || math.Signbit(g.Min) != math.Signbit(w.Min) && g.Min == g.Min || !same(g.Mean, w.Mean) || !same(g.M2, w.M2) {
			t.Errorf("moments of %v are %v, want %v", x, g, w)
		}
	}
}

func TestCodesWithoutAGroup(t *testing.T) {
	codes := []uint32{0, 2, NoCode, 1}
	if err := Recode(codes, []uint32{5, 6}); !errors.Is(err, ErrCode) || codes[0] != 0 {
		t.Errorf("code 2 of 2: %v, %v", codes, err)
	}
	if err := Recode(codes, []uint32{5, 6, 1 << 31}); err != nil || !slices.Equal(codes, []uint32{5, 1 << 31, NoCode, 6}) {
		t.Errorf("recoded are %v, %v", codes, err)
	}
	if err := Recode([]uint32{NoCode}, nil); err != nil {
		t.Errorf("no code of none: %v", err)
	}
	if err := Recode([]uint32{0}, nil); !errors.Is(err, ErrCode) {
		t.Errorf("code 0 of none: %v", err)
	}
	narrow := []uint8{9, 9}
	if err := NarrowCodes(narrow, []uint32{255, 256}); !errors.Is(err, ErrCode) || narrow[0] != 9 {
		t.Errorf("a code of 256 in a byte: %v, %v", narrow, err)
	}
	if err := NarrowCodes(narrow, []uint32{255, 3}); err != nil || narrow[0] != 255 || narrow[1] != 3 {
		t.Errorf("codes in bytes: %v, %v", narrow, err)
	}
	acc, moments, x, f := make([]GroupSum, 2), make([]GroupMoments, 2), make([]int64, 4), make([]float64, 4)
	codes = []uint32{0, 1, NoCode, 1}
	if err := GroupedSumInt64(acc, codes, x); !errors.Is(err, ErrCode) || acc[0].N != 0 {
		t.Errorf("a sum of no group: %v, %v", acc, err)
	}
	if err := GroupedMomentsByCode(moments, codes, f); !errors.Is(err, ErrCode) || moments[0].N != 0 {
		t.Errorf("moments of no group: %v, %v", moments, err)
	}
	panics(t, "GroupedSumInt64 of another length", func() { GroupedSumInt64(acc, codes[:2], x) })
	panics(t, "GroupedMomentsByCode of another length", func() { GroupedMomentsByCode(moments, codes[:2], f) })
	panics(t, "NarrowCodes of another length", func() { NarrowCodes(narrow, codes) })
}

// Equal numbers have equal keys, and each key leads back to one of its numbers.
func TestFloatKeys(t *testing.T) {
	r := rand.New(rand.NewPCG(85, 2))
	onEachLevel(t, func(t *testing.T) {
		for n := range 70 {
			x := numbersOfAllKinds(r, n, 2)
			keys, back := make([]int64, n), make([]float64, n)
			FloatKeys(keys, x)
			KeyFloats(back, keys)
			for i, v := range x {
				for k, w := range x {
					if equal := v == w || v != v && w != w; (keys[i] == keys[k]) != equal {
						t.Fatalf("the keys of %v and %v are %d and %d", v, w, keys[i], keys[k])
					}
				}
				if back[i] != v && (v == v || back[i] == back[i]) {
					t.Fatalf("the key of %v leads back to %v", v, back[i])
				}
			}
		}
	})
	panics(t, "FloatKeys of another length", func() { FloatKeys(make([]int64, 2), make([]float64, 3)) })
}
