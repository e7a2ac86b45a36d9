package shmarena

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/internal/pod"
	"github.com/shmengine/shmengine/internal/reexec"
)

// numbered returns a view of that shape whose elements are their places in the
// array.
func numbered(tb testing.TB, a *Arena, shape ...int) View[int64] {
	tb.Helper()
	v, err := AllocView[int64](a, shape...)
	if err != nil {
		tb.Fatal(err)
	}
	for i := range v.Array().Slice() {
		v.Array().Slice()[i] = int64(i)
	}
	return v
}

func TestView(t *testing.T) {
	a := newArena(t, 1<<20)
	v := numbered(t, a, 3, 4)
	if v.Rank() != 2 || v.Dim(0) != 3 || v.Dim(1) != 4 || v.Stride(0) != 4 || v.Stride(1) != 1 || v.Len() != 12 || v.Offset() != 0 || v.IsZero() {
		t.Errorf("%+v", v)
	}
	v.Set(70, 1, 3)
	if x := v.Array().Slice()[7]; x != 70 || v.At(1, 3) != 70 || v.At(2, 0) != 8 {
		t.Errorf("%d, %d, %d", x, v.At(1, 3), v.At(2, 0))
	}
	row := v.Row(1)
	if !slices.Equal(row, []int64{4, 5, 6, 70}) || cap(row) != 4 || &row[0] != &v.Array().Slice()[4] {
		t.Errorf("row %v, cap %d", row, cap(row))
	}
	if column := v.Pick(1, 3); column.Rank() != 1 || column.Len() != 3 || column.At(2) != 11 || len(column.Span()) != 9 {
		t.Errorf("column %+v", column)
	}
	if row := v.Pick(0, 1); row.dims[1] != (dim{}) {
		t.Errorf("%+v: what is equal would not compare as equal", row)
	}
	if tr := v.Swap(0, 1); tr.At(3, 1) != 70 || tr.Dim(0) != 4 {
		t.Errorf("transpose %+v", tr)
	}
	if part := v.Part(0, 1, 3).Part(1, 1, 3); part.Len() != 4 || part.At(1, 1) != 10 || part.Offset() != 5 || len(part.Span()) != 6 {
		t.Errorf("part %+v", part)
	}
	if every := v.Every(1, 3); every.Dim(1) != 2 || every.At(1, 1) != 70 {
		t.Errorf("every third %+v", every)
	}
	if n := testing.AllocsPerRun(100, func() { v.Set(v.At(1, 1)+1, 2, 2); _ = v.Row(0) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	mustFree(t, v.Array())
	if err := v.Check(); !errors.Is(err, ErrFreed) {
		t.Errorf("Check of a view of a freed array: %v", err)
	}
	mustPanic(t, panicFreed, func() { v.At(0, 0) })
}

func TestViewShapes(t *testing.T) {
	a := newArena(t, 1<<20)
	before := a.Stats()
	for _, shape := range [][]int{nil, {1, 1, 1, 1, 1}, {-1}, {2, -3}, {-2, -3}, {math.MaxInt, math.MaxInt}, {1 << 40, 1 << 40, 0}, {1 << 62, 4}, {0}, {3, 0}} {
		if v, err := AllocView[float64](a, shape...); !errors.Is(err, ErrArgument) {
			t.Errorf("AllocView of %v: %+v, %v", shape, v, err)
		}
	}
	if _, err := AllocView[string](a, 2); !errors.Is(err, ErrNotPOD) {
		t.Errorf("%v", err)
	}
	if _, err := AllocView[byte](a, 1<<20, 2); !errors.Is(err, ErrNoSpace) {
		t.Errorf("%v", err)
	}
	if after := a.Stats(); after != before {
		t.Errorf("refused views change the counters: %+v", after)
	}
	x := mustAlloc[float64](t, a, 12)
	for _, shape := range [][]int{{11}, {3, 5}, {0, 4}, {2, 3, 4}, {}} {
		if _, err := ViewOf(x, shape...); !errors.Is(err, ErrArgument) {
			t.Errorf("ViewOf %v: %v", shape, err)
		}
	}
	_, err := ViewOf(x, 3, 5)
	if !strings.Contains(err.Error(), "shape [3 5] has 15 elements, the array 12") {
		t.Error(err)
	}
	if v, err := ViewOf(x, 2, 3, 1, 2); err != nil || v.Len() != 12 || v.Check() != nil {
		t.Errorf("%+v, %v", v, err)
	}
	mustFree(t, x)
}

func TestEmptyViews(t *testing.T) {
	var zero View[int64]
	if zero.Rank() != 0 || zero.Len() != 0 || !zero.IsZero() || zero.Span() != nil || zero.Check() != nil {
		t.Errorf("%+v", zero)
	}
	mustPanic(t, panicRank, func() { zero.Row() })
	mustPanic(t, panicRank, func() { zero.Pick(0, 0) })
	nothing, err := ViewOf(Array[int64]{}, 0, 3)
	if err != nil || nothing.Len() != 0 || nothing.Span() != nil || nothing.Check() != nil {
		t.Errorf("%+v, %v", nothing, err)
	}
	a := newArena(t, 1<<20)
	v := numbered(t, a, 2, 5)
	if e := v.Part(1, 5, 5); e.Len() != 0 || e.Span() != nil || len(e.Row(1)) != 0 || e.Check() != nil || e.Every(1, 2).Len() != 0 {
		t.Errorf("%+v", e)
	}
	mustFree(t, v.Array())
}

func TestViewMisuse(t *testing.T) {
	a := newArena(t, 1<<20)
	v := numbered(t, a, 3, 4)
	for i, f := range map[string]func(){
		panicIndex + "1": func() { v.At(3, 0) }, panicIndex + "2": func() { v.At(0, -1) }, panicIndex + "3": func() { v.Set(1, 0, 4) },
		panicIndex + "4": func() { v.Part(1, 0, 5) }, panicIndex + "5": func() { v.Part(1, -1, 2) }, panicIndex + "6": func() { v.Part(1, 3, 2) },
		panicIndex + "7": func() { v.Pick(0, 3) }, panicIndex + "8": func() { v.Pick(0, -1) }, panicIndex + "9": func() { v.Every(0, 0) },
		panicIndex + "0": func() { v.Row(3) },
		panicRank + "1":  func() { v.At(1) }, panicRank + "2": func() { v.At(1, 1, 0) }, panicRank + "3": func() { v.Row() }, panicRank + "4": func() { v.Row(0, 0) },
		panicRank + "5": func() { v.Dim(2) }, panicRank + "6": func() { v.Stride(-1) }, panicRank + "7": func() { v.Swap(0, 2) }, panicRank + "8": func() { v.Pick(0, 0).Pick(0, 0) },
		panicStride + "1": func() { v.Swap(0, 1).Row(0) }, panicStride + "2": func() { v.Every(1, 2).Row(0) },
	} {
		mustPanic(t, i[:len(i)-1], f)
	}
	mustFree(t, v.Array())
}

// A view of any numbers stays inside its array, and what it says about itself is
// whether Check lets it pass.
func TestHostileView(t *testing.T) {
	a := newArena(t, 1<<20)
	x := mustAlloc[int64](t, a, 60)
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	word := func() uint64 {
		return []uint64{0, 1, 2, 3, 59, 60, 61, 1 << 61, 1 << 62, 1 << 63, math.MaxUint64, r.Uint64(), r.Uint64N(100)}[r.IntN(13)]
	}
	passed := 0
	for range 20_000 {
		v := View[int64]{array: x, first: word(), rank: uint64(r.IntN(7))}
		if r.IntN(10) == 0 {
			v.rank = word()
		}
		for d := range v.dims {
			v.dims[d] = dim{word(), word()}
		}
		if err := useHostile(v); err != nil {
			t.Fatalf("seed %d: %+v: %v", seed, v, err)
		}
		if v.Check() == nil {
			passed++
		}
	}
	if passed == 0 {
		t.Error("no view passes Check: nothing was tested")
	}
	mustFree(t, x)
}

// Numbers that stay inside the array can make no sense all the same.
func TestCheckedView(t *testing.T) {
	a := newArena(t, 1<<20)
	x := mustAlloc[int64](t, a, 60)
	for _, v := range []View[int64]{
		{array: x, rank: 1, dims: [MaxRank]dim{{61, 0}}}, // more elements than there are
		{array: x, rank: 2, dims: [MaxRank]dim{{8, 0}, {8, 1}}},
		{array: x, rank: 2, dims: [MaxRank]dim{{1 << 32, 0}, {1 << 32, 0}}},
		{array: x, rank: 2, dims: [MaxRank]dim{{3, 1 << 63}, {1, 1}}}, // the last one is the first one again
		{array: x, rank: 1, dims: [MaxRank]dim{{2, math.MaxUint64}}, first: 5},
		{array: x, rank: 1, dims: [MaxRank]dim{{1, 1}}, first: 60},
		{array: x, rank: 5},
	} {
		if err := v.Check(); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%+v: %v", v, err)
		}
	}
	if v := (View[int64]{array: x, rank: 1, dims: [MaxRank]dim{{60, 1}}}); v.Check() != nil {
		t.Error(v.Check()) // or the others prove nothing
	}
	mustFree(t, x)
}

// useHostile calls everything, and returns what is wrong with it.
func useHostile(v View[int64]) (err error) {
	ok := v.Check() == nil
	for i := range v.Rank() + 1 {
		for _, f := range []func(){
			func() { _ = v.At(make([]int, i)...); v.Set(1, make([]int, i)...) },
			func() { _ = v.Row(make([]int, i)...)[:] },
			func() { _ = v.Part(i, 0, 1).Every(i, 3).Span() },
			func() { _ = v.Pick(i, 0).Len() },
			func() {
				if s := v.Span(); len(s) > 60 {
					panic("a span longer than the array")
				}
			},
		} {
			if p := caught(f); !slices.Contains([]any{nil, panicRank, panicIndex, panicShape, panicStride}, p) {
				return fmt.Errorf("panic: %v", p)
			}
		}
	}
	if p := caught(func() { v.Span() }); ok && p != nil {
		return fmt.Errorf("Check lets it pass, Span panics: %v", p)
	}
	last := make([]int, v.Rank())
	for d := range last {
		last[d] = v.Dim(d) - 1
	}
	if p := caught(func() { v.At(last...) }); ok && p != nil && v.Len() > 0 {
		return fmt.Errorf("Check lets it pass, the last element panics: %v", p)
	}
	return nil
}

func caught(f func()) (p any) {
	defer func() { p = recover() }()
	f()
	return nil
}

var viewer = reexec.Register("viewer", func(c *reexec.Child) {
	a := childArena(c)
	x, err := Lookup[View[int64]](a, "views")
	if err != nil {
		c.Fatalf("%v", err)
	}
	for _, v := range x.Slice() {
		if err := v.Check(); err != nil {
			c.Fatalf("%v", err)
		}
		v.Set(-v.At(1, 1), 1, 1)
	}
	c.Say("done")
})

// A view means the same in another process.
func TestViewInTwoProcesses(t *testing.T) {
	a := newArena(t, 1<<20)
	v := numbered(t, a, 3, 4)
	x, err := CopyIn(a, []View[int64]{v, v.Swap(0, 1).Part(0, 2, 4)})
	if err == nil {
		err = a.Publish("views", x)
	}
	if err != nil {
		t.Fatal(err)
	}
	reexec.Start(t, viewer, reexec.Options{Files: []*os.File{a.File()}}).Expect("done")
	if v.At(1, 1) != -5 || v.At(1, 3) != -7 {
		t.Errorf("%v", v.Array().Slice())
	}
	if err := pod.Check(reflect.TypeFor[View[float64]]()); err != nil {
		t.Error(err)
	}
	mustFree(t, x)
	mustFree(t, v.Array())
}
