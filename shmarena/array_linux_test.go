package shmarena

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/internal/pod"
)

//
func TestElementTypes(t *testing.T) {
	a := newArena(t, 1<<20)
	type good struct {
		A [3]int16
		B complex128
	}
	type bad struct{ Deep [2]struct{ S *int } }
	if x, err := Alloc[good](a, 3); err != nil || x.Free() != nil {
		t.Errorf("%v", err)
	}
	for name, err := range map[string]error{
		"string":    second(Alloc[string](a, 1)),
		"bool":      second(Alloc[bool](a, 1)),
		"bad":       second(Alloc[bad](a, 1)),
		"empty":     second(Alloc[struct{}](a, 1)),
		"CopyIn":    second(CopyIn(a, []error{nil})),
		"no CopyIn": second(CopyIn[any](a, nil)),
		"Lookup":    second(Lookup[func()](a, "x")),
	} {
		if !errors.Is(err, ErrNotPOD) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s := a.Stats(); s.InUse != 0 || s.Allocs != 1 {
		t.Errorf("refused types change the counters: %+v", s)
	}
	if err := pod.Check(reflect.TypeFor[Array[float64]]()); err != nil {
		t.Errorf("an Array cannot be shared: %v", err)
	}
	if pod.Hash(reflect.TypeFor[Array[float64]]()) == pod.Hash(reflect.TypeFor[Array[int64]]()) {
		t.Error("arrays of different elements have the same layout hash")
	}
}

// An element may hold arrays of its own type.
func TestLinked(t *testing.T) {
	type node struct {
		Next Array[node]
		V    float64
	}
	a := newArena(t, 1<<20)
	tail, err := CopyIn(a, []node{{V: 2}})
	if err != nil {
		t.Fatal(err)
	}
	head, err := CopyIn(a, []node{{V: 1, Next: tail}})
	if err != nil {
		t.Fatal(err)
	}
	if v := head.Slice()[0].Next.Slice()[0].V; v != 2 {
		t.Errorf("%v", v)
	}
}

//
func TestImpossibleSizes(t *testing.T) {
	a := newArena(t, 1<<20)
	before := a.Stats()
	for _, n := range []int{0, -1, math.MinInt, math.MaxInt, math.MaxInt/8 + 1, 1<<61 + 1} {
		if _, err := Alloc[int64](a, n); !errors.Is(err, ErrArgument) {
			t.Errorf("Alloc of %d: %v", n, err)
		}
	}
	_, err := Alloc[byte](a, 1<<20+1)
	var full *NoSpaceError
	if !errors.Is(err, ErrNoSpace) || !isNoSpaceErrno(err) || !errors.As(err, &full) {
		t.Fatalf("Alloc of more than the arena: %v", err)
	}
	if full.Asked != 1<<20+1 || full.Cap != 1<<20 || full.Free != 1<<20 {
		t.Errorf("%+v", *full)
	}
	if after := a.Stats(); after != before {
		t.Errorf("%+v, before %+v", after, before)
	}
}

func TestNoSpaceNumbers(t *testing.T) {
	a := newArena(t, 10<<16)
	var xs []Array[byte]
	for range 10 {
		xs = append(xs, mustAlloc[byte](t, a, 40000))
	}
	for _, i := range []int{1, 3, 4, 8} {
		mustFree(t, xs[i])
	}
	_, err := Alloc[byte](a, 3<<16-1)
	var full *NoSpaceError
	if !errors.As(err, &full) || full.Asked != 3<<16 || full.Free != 4<<16 || full.Largest != 2<<16 || full.Cap != 10<<16 {
		t.Fatalf("%v", err)
	}
	if !strings.Contains(err.Error(), "262144 of 655360 free, 131072 in one piece") {
		t.Errorf("%v", err)
	}
	mustFree(t, mustAlloc[byte](t, a, 2<<16))
}

// forgeries are ways to spoil an array of 30,000 elements in an arena whose file
// has so many bytes.
func forgeries(size uint64) map[string]func(*Array[int64]) {
	return map[string]func(*Array[int64]){
		"inner pointer":   func(x *Array[int64]) { x.off += spanSize },
		"unaligned":       func(x *Array[int64]) { x.off += 8 },
		"sub-slice":       func(x *Array[int64]) { x.n-- },
		"longer":          func(x *Array[int64]) { x.n++ },
		"too long":        func(x *Array[int64]) { x.n = 1 << 61 },
		"wraps":           func(x *Array[int64]) { x.n = 1<<61 + 30000 },
		"older":           func(x *Array[int64]) { x.id -= 1 << 32 },
		"newer":           func(x *Array[int64]) { x.id += 1 << 32 },
		"the tables":      func(x *Array[int64]) { x.off = 4096 },
		"nil":             func(x *Array[int64]) { x.off = 0 },
		"huge offset":     func(x *Array[int64]) { x.off = 1 << 63 },
		"last span":       func(x *Array[int64]) { x.off = size - spanSize },
		"behind the end":  func(x *Array[int64]) { x.off = size },
		"negative offset": func(x *Array[int64]) { x.off = -x.off },
	}
}

//
func TestBadFree(t *testing.T) {
	a, b := newArena(t, 1<<20), newArena(t, 1<<20)
	x, other := mustAlloc[int64](t, a, 30000), mustAlloc[int64](t, b, 30000)
	freed := mustAlloc[int64](t, a, 30000)
	mustFree(t, freed)
	elsewhere := other
	elsewhere.id = elsewhere.id&^(1<<32-1) | arrayID(x.arena())
	elsewhere.off += 4 * spanSize
	bad := map[string]Array[int64]{"freed before": freed, "a block of another arena": elsewhere}
	for name, change := range forgeries(a.at.geo.size) {
		y := x
		change(&y)
		bad[name] = y
	}
	for name, y := range bad {
		if err := y.Free(); !errors.Is(err, ErrBadFree) {
			t.Errorf("Free of %s: %v", name, err)
		}
		if err := y.Check(); !errors.Is(err, ErrFreed) {
			t.Errorf("Check of %s: %v", name, err)
		}
		mustPanic(t, panicFreed, func() { y.Slice() })
		if err := a.Publish("bad", y); !errors.Is(err, ErrFreed) {
			t.Errorf("Publish of %s: %v", name, err)
		}
	}
	if err := a.Publish("other", other); !errors.Is(err, ErrFreed) {
		t.Errorf("Publish of another arena's array: %v", err)
	}
	mustFree(t, x)
	mustFree(t, other)
	mustFree(t, mustAlloc[byte](t, a, 1<<20))
}

// The same block as elements of another size is not the same array.
func TestForgedType(t *testing.T) {
	a := newArena(t, 1<<20)
	x := mustAlloc[int64](t, a, 100)
	y := Array[int32]{id: x.id, off: x.off, n: x.n}
	mustPanic(t, panicFreed, func() { y.Slice() })
	mustFree(t, x)
}

//
func TestSlices(t *testing.T) {
	a := newArena(t, 1<<20)
	x, err := CopyIn(a, []int16{1, 2, 3, 4, 5})
	if err != nil {
		t.Fatal(err)
	}
	s, p := x.Slice(), x.Part(1, 3)
	if len(s) != 5 || cap(s) != 5 || len(p) != 2 || cap(p) != 2 || p[1] != 3 || x.Len() != 5 || x.IsZero() {
		t.Errorf("%v, cap %d; %v, cap %d", s, cap(s), p, cap(p))
	}
	if addr(s)%64 != 0 {
		t.Errorf("at %#x", addr(s))
	}
	_ = append(p, 99)
	if s[3] != 4 {
		t.Error("append ran into the array")
	}
	for _, f := range []func(){func() { x.Part(0, 6) }, func() { x.Part(-1, 2) }, func() { x.Part(3, 2) }, func() { _ = s[x.Len()] }} {
		if !faults(f) {
			t.Error("out of range does not panic")
		}
	}
	mustFree(t, x)

	var zero Array[int16]
	if zero.Slice() != nil || zero.Len() != 0 || !zero.IsZero() || zero.Free() != nil || zero.Check() != nil {
		t.Error("the zero Array is not an empty one")
	}
	if y, err := CopyIn(a, []int16{}); err != nil || !y.IsZero() {
		t.Errorf("CopyIn of nothing: %v, %v", y, err)
	}
	if _, ok := zero.Arena(); ok {
		t.Error("the zero Array has an arena")
	}
}

//
func TestCounters(t *testing.T) {
	for name, c := range map[string]struct {
		unit           int
		peak, reserved int64
	}{
		"large": {1000, 200 * 1000, 4 << 16},
		"small": {1, 2 << 16, 2 << 16}, // a span of 128 B and one of 64 B
	} {
		t.Run(name, func(t *testing.T) {
			a, unit := newArena(t, 1<<20), int64(c.unit)
			x := mustAlloc[byte](t, a, 100*c.unit)
			y := mustAlloc[byte](t, a, 50*c.unit)
			mustFree(t, y)
			mustAlloc[byte](t, a, 100*c.unit)
			if s := a.Stats(); s.InUse != 200*unit || s.Peak != c.peak || s.Allocs != 3 || s.Frees != 1 || s.Reserved != c.reserved {
				t.Errorf("%+v", s)
			}
			mustFree(t, x)
			if s := a.Stats(); s.InUse != 100*unit || s.Peak != c.peak {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestPopulate(t *testing.T) {
	a := newArena(t, 16<<20)
	x, y := mustAlloc[byte](t, a, 1<<20), mustAlloc[byte](t, a, 5000)
	before := held(t, a)
	for _, f := range []func() error{x.Populate, y.Populate, a.Populate, Array[int]{}.Populate} {
		if err := f(); err != nil {
			t.Error(err)
		}
	}
	if now := held(t, a); now != before {
		t.Errorf("%d bytes held, %d before", now, before)
	}
	mustFree(t, x)
	if err := x.Populate(); !errors.Is(err, ErrFreed) {
		t.Errorf("Populate of a freed array: %v", err)
	}
}

// What the kernel holds is what the blocks need, and nothing when they are gone.
func TestMemoryComesBack(t *testing.T) {
	a := newArena(t, 64<<20)
	empty := held(t, a)
	x := mustAlloc[byte](t, a, 10<<20) // more than is kept
	y := mustAlloc[byte](t, a, 100)
	if got, want := held(t, a)-empty, int64(10<<20+spanSize+8192); got != want {
		t.Errorf("%d bytes are held for the blocks, want %d", got, want)
	}
	x.Slice()[10<<20-1], y.Slice()[99] = 1, 1
	mustFree(t, x)
	mustFree(t, y)
	if got, want := held(t, a)-empty, int64(spanSize+8192); got != want {
		t.Errorf("%d bytes are held for no blocks, want %d", got, want)
	}
	if n, err := a.Trim(); n != spanSize || err != nil {
		t.Errorf("Trim: %d, %v", n, err)
	}
	if got := held(t, a) - a.Stats().Tables; got != empty {
		t.Errorf("%d bytes are held, %d before the first block", got, empty)
	}
}

// The compiler keeps a struct of up to four fields in registers: with a fifth a pair
// of Alloc and Free takes twice as long.
func TestArrayFields(t *testing.T) {
	if n := reflect.TypeFor[Array[int64]]().NumField(); n > 4 {
		t.Errorf("an Array has %d fields", n)
	}
}
