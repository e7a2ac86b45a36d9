package flat_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/internal/flat"
	"github.com/shmengine/shmengine/internal/testmem"
)

func plan[T any](t testing.TB, o ...flat.Option) *flat.Plan[T] {
	t.Helper()
	p, err := flat.For[T](o...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// carried encodes v flush against a guard page and decodes it from there.
func carried[T any](t *testing.T, v T, o ...flat.Option) (back T, encoded []byte) {
	t.Helper()
	p := plan[T](t, o...)
	size, err := p.Measure(&v)
	if err != nil {
		t.Fatal(err)
	}
	mem := []byte{}
	if size > 0 {
		mem = testmem.Guarded(t, size, testmem.End)
	}
	for i := range mem {
		mem[i] = 0xaa
	}
	if n := p.Encode(mem, &v); n != size || p.Size(&v) != size {
		t.Fatalf("Encode wrote %d bytes of %d", n, size)
	}
	if n, fixed := p.Fixed(); fixed && n != size {
		t.Fatalf("Fixed is %d, Size %d", n, size)
	}
	if err := p.Decode(mem, &back); err != nil {
		t.Fatal(err)
	}
	return back, append([]byte(nil), mem...)
}

func same[T any](t *testing.T, v T, o ...flat.Option) {
	t.Helper()
	if back, _ := carried(t, v, o...); !reflect.DeepEqual(back, v) {
		t.Fatalf("%#v came back as %#v", v, back)
	}
}

func TestSmoke(t *testing.T) {
	same(t, someOrder())
	same(t, order{})
}

func TestTables(t *testing.T) {
	same(t, true)
	same(t, int8(-1))
	same(t, math.MinInt64)
	same(t, ^uint(0))
	same(t, complex(1, -1))
	same(t, struct{}{})
	same(t, "")
	same(t, "\xff\x00")
	same(t, []string(nil))
	same(t, []string{})
	same(t, [][]string{nil, {}, {""}})
	same(t, [3]bool{true, false, true})
	same(t, [][2]bool{{true, false}})
	same(t, []padded{{1, 2, true}, {3, 4, false}})
	same(t, [0]string{})
	same(t, struct {
		A [0]int64
		B uint8
		C [0]string
	}{B: 1})
	same(t, tree{"a", []tree{{"b", nil}, {"c", []tree{{"d", []tree{}}}}}})
	same(t, list{{}, {{}, nil}})
	same(t, header{A: 1, B: 2})
	same(t, open{a: 1, b: 2, name: "c"})
	same(t, [2][2]order{{someOrder()}})
}

// TestBytes holds the bytes to the format, so that it does not change unseen.
func TestBytes(t *testing.T) {
	_, got := carried(t, struct {
		A uint8
		S string
		B uint16
		F []float32
		N []int
		T []string
	}{1, "xy", 0x0203, []float32{1}, nil, []string{"z"}})
	want := "01" + "00000000000000" + "0200000000000000" + "7879" + "0302" + "00000000" +
		"0200000000000000" + "0000803f" + "00000000" + "0000000000000000" + "0200000000000000" + "0100000000000000" + "7a"
	if h := hex.EncodeToString(got); h != want {
		t.Errorf("encoded\n%s, want\n%s", h, want)
	}
}

func TestZeroBytesAreTheZeroValue(t *testing.T) {
	p := plan[order](t)
	v, zero := someOrder(), order{}
	if err := p.Decode(make([]byte, p.Size(&zero)), &v); err != nil || !reflect.DeepEqual(v, zero) {
		t.Errorf("zeroed bytes are %+v, %v", v, err)
	}
}

func TestFixed(t *testing.T) {
	type gap struct {
		A int32
		X int64 `flat:"-"`
		B [2]int32
	}
	for want, fixed := range map[string]func() (int, bool){
		"16 true": plan[point](t).Fixed, "24 true": plan[padded](t).Fixed, "0 true": plan[struct{}](t).Fixed,
		"0 false": plan[order](t).Fixed, "12 true": plan[gap](t).Fixed,
	} {
		if n, ok := fixed(); fmt.Sprint(n, " ", ok) != want {
			t.Errorf("Fixed is %d, %v, want %s", n, ok, want)
		}
	}
}

func TestLeftOut(t *testing.T) {
	v := skipping{A: 1, Cache: map[string]int{"a": 1}, B: 2, lock: make(chan int), C: []int{3}}
	back, _ := carried(t, v)
	if want := (skipping{A: 1, B: 2, C: []int{3}}); !reflect.DeepEqual(back, want) {
		t.Errorf("got %+v, want %+v", back, want)
	}
}

// TestAligned: what is bulk stands at a multiple of its alignment.
func TestAligned(t *testing.T) {
	_, got := carried(t, struct {
		S string
		F []float64
	}{"abc", []float64{math.Float64frombits(0x1122334455667788)}})
	if i := strings.Index(string(got), "\x88\x77\x66\x55\x44\x33\x22\x11"); i%8 != 0 {
		t.Errorf("the float is at %d", i)
	}
}

// TestNothingOfSrcIsKept: src is another's, and used again.
func TestNothingOfSrcIsKept(t *testing.T) {
	p, v := plan[order](t), someOrder()
	src := make([]byte, p.Size(&v))
	p.Encode(src, &v)
	var back order
	if err := p.Decode(src, &back); err != nil {
		t.Fatal(err)
	}
	clear(src)
	if !reflect.DeepEqual(back, v) {
		t.Errorf("the value has changed with src: %+v", back)
	}
}

func TestTooDeep(t *testing.T) {
	deep := tree{}
	for range flat.MaxDepth {
		deep = tree{Kids: []tree{deep}}
	}
	same(t, deep)
	loop := make([]tree, 1)
	loop[0].Kids = loop
	p := plan[tree](t)
	for name, v := range map[string]tree{"too deep": {Kids: []tree{deep}}, "a loop": loop[0]} {
		n, err := p.Measure(&v)
		if !errors.Is(err, flat.ErrValue) || n != 0 || p.Size(&v) != -1 || !strings.Contains(err.Error(), "Kids[0].Kids[0]") {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
}

func TestTooSmallDst(t *testing.T) {
	p, v := plan[order](t), someOrder()
	for _, n := range []int{0, 1, 8, p.Size(&v) - 1} {
		func() {
			defer func() {
				if r := recover(); r != "flat: dst is smaller than Size of the value" {
					t.Errorf("%d bytes: %v", n, r)
				}
			}()
			p.Encode(make([]byte, n, 1000), &v)
		}()
	}
}

type numbers struct {
	X, Y float64
	N    [2]int32
}

// TestPlain: what Put writes is what Encode does, Get reads it, and neither takes a type
// of which not all bytes are a value.
func TestPlain(t *testing.T) {
	p, v := plan[numbers](t), numbers{1.5, -2, [2]int32{3, 4}}
	size, ok := p.Plain()
	if fixed, _ := p.Fixed(); !ok || size != fixed {
		t.Fatalf("a struct of numbers: %d, %v", size, ok)
	}
	mem := testmem.Guarded(t, size, testmem.End)
	want := make([]byte, size)
	if p.Encode(want, &v); size%8 != 0 {
		t.Fatal(size)
	}
	p.Put(mem, &v)
	var back numbers
	if p.Get(mem, &back); string(mem) != string(want) || back != v {
		t.Errorf("% x and %v, want % x and %v", mem, back, want, v)
	}
	for what, plain := range map[string]bool{
		"int": isPlain[int](t), "[4]float32": isPlain[[4]float32](t), "bool": !isPlain[bool](t), "string": !isPlain[string](t),
		"slice": !isPlain[[]int](t), "bool within": !isPlain[padded](t), "nothing": !isPlain[struct{}](t),
	} {
		if !plain {
			t.Errorf("%s: the other way round", what)
		}
	}
}

func isPlain[T any](t *testing.T) bool {
	_, ok := plan[T](t).Plain()
	return ok
}

// TestPutIsBounded: a slice that is too short is a panic and no write behind its end.
func TestPutIsBounded(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Put wrote into a slice that is too short")
		}
	}()
	v := 7
	plan[int](t).Put(make([]byte, 7, 8), &v)
}
