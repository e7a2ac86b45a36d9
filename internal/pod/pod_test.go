package pod_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"structs"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/pod"
)

type (
	named  int32
	inner  struct{ A, B float64 }
	record struct {
		_  structs.HostLayout
		ID uint64
		P  [3]inner
		N  named
		W  atomic.Uint32
	}
	hidden struct {
		X uint64
		Y [2]struct{ Deep struct{ S string } }
	}
	phantom[T any] struct {
		_   [0]T
		Off uint64
	}
	offsetTo[T any] struct {
		_   [0]*T
		Off uint64
	}
	list struct {
		Next offsetTo[list]
		V    float64
	}
	chain struct {
		Next offsetTo[chain]
		V    float64
	}
	loop struct {
		Next offsetTo[[2]loop]
		V    float64
	}
	badList struct {
		Next offsetTo[badList]
		S    string
	}
	tree struct {
		Next *tree
	}
)

func TestAccepted(t *testing.T) {
	for _, v := range []any{
		int8(0), int16(0), int32(0), int64(0), int(0), uint8(0), uint16(0), uint32(0), uint64(0), uint(0),
		float32(0), float64(0), complex64(0), complex128(0), named(0), inner{}, record{}, [4]byte{},
		time.Duration(0), phantom[float64]{}, atomic.Int64{}, [2][3]record{},
		offsetTo[float64]{}, offsetTo[atomic.Int64]{}, list{},
	} {
		typ := reflect.TypeOf(v)
		if err := pod.Check(typ); err != nil {
			t.Errorf("Check(%v) = %v", typ, err)
		}
		if pod.Hash(typ) == 0 {
			t.Errorf("Hash(%v) = 0", typ)
		}
	}
}

// refused are values of types that cannot be shared, and what the error says.
var refused = []struct {
	v    any
	want string
}{
	{"", "a string"},
	{[]byte(nil), "a slice"},
	{map[int]int(nil), "a map"},
	{(*int)(nil), "a ptr"},
	{func() {}, "a func"},
	{make(chan int), "a chan"},
	{struct{ E error }{}, "E of struct"},
	{rawPointer, "unsafe.Pointer"},
	{uintptr(0), "use uint64"},
	{true, "use uint8"},
	{struct{ Ok bool }{}, "Ok of struct { Ok bool } is a bool"},
	{hidden{}, "Y[].Deep.S of pod_test.hidden is a string"},
	{[3]hidden{}, "[].Y[].Deep.S"},
	{tree{}, "Next of pod_test.tree"},
	{time.Time{}, "loc of time.Time"},
	{atomic.Pointer[int]{}, "unsafe.Pointer"},
	{struct{ Mu sync.Mutex }{}, "package sync"},
	{phantom[string]{}, "a string"},
	{offsetTo[string]{}, "_[] of pod_test.offsetTo[string] is a string"},
	{badList{}, "S of pod_test.badList is a string"},
	{struct{}{}, "no size"},
	{[0]int64{}, "no size"},
}

func TestRefused(t *testing.T) {
	for _, c := range refused {
		typ := reflect.TypeOf(c.v)
		err := pod.Check(typ)
		if !errors.Is(err, pod.ErrNotPOD) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Check(%v) = %v, want it to say %q", typ, err, c.want)
		}
		if pod.Hash(typ) != 0 {
			t.Errorf("Hash(%v) of a refused type is not 0", typ)
		}
	}
	if err := pod.Check(nil); !errors.Is(err, pod.ErrNotPOD) {
		t.Errorf("Check(nil) = %v", err)
	}
}

func TestHash(t *testing.T) {
	type point struct{ X, Y float64 }
	type punkt struct{ X, Y float64 }
	same := [][2]any{
		{point{}, punkt{}}, {int(0), int64(0)}, {uint(0), uint64(0)}, {named(0), int32(0)},
		{time.Duration(0), int64(0)}, {[2]point{}, [2]punkt{}}, {list{}, chain{}},
	}
	for _, p := range same {
		if hash(p[0]) != hash(p[1]) {
			t.Errorf("%T and %T differ", p[0], p[1])
		}
	}
	seen := map[uint64]any{}
	for _, v := range []any{
		int8(0), int16(0), int32(0), int64(0), uint8(0), uint16(0), uint32(0), uint64(0),
		float32(0), float64(0), complex64(0), complex128(0),
		struct{ X, Y float64 }{}, struct{ Y, X float64 }{}, struct{ X, Z float64 }{},
		struct{ XY float64 }{}, struct{ X float64 }{}, [1]float64{}, [2]float64{},
		struct {
			A uint32
			B uint64
		}{}, struct {
			A uint64
			B uint32
		}{}, struct {
			A [2]uint32
			B uint64
		}{}, phantom[float64]{}, phantom[int64]{}, offsetTo[float64]{}, offsetTo[int64]{},
		list{}, loop{}, offsetTo[list]{},
	} {
		h := hash(v)
		if other, ok := seen[h]; ok {
			t.Errorf("%T and %T have the same hash", v, other)
		}
		seen[h] = v
	}
}

// TestHashIsFixed pins two values: arenas store them, so they may not change.
func TestHashIsFixed(t *testing.T) {
	if got := hash(float64(0)); got != 0x34a44ae9373eaef1 {
		t.Errorf("hash of float64 is %#x", got)
	}
	if got := hash(inner{}); got != 0xf7a0a5e80f8b7890 {
		t.Errorf("hash of inner is %#x", got)
	}
}

func hash(v any) uint64 { return pod.Hash(reflect.TypeOf(v)) }

func TestConcurrent(t *testing.T) {
	type fresh struct{ A, B, C, D uint16 }
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if err := pod.Check(reflect.TypeFor[fresh]()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func BenchmarkCheck(b *testing.B) {
	t := reflect.TypeFor[record]()
	for b.Loop() {
		if pod.Check(t) != nil {
			b.Fatal()
		}
	}
}

func ExampleCheck() {
	type Trade struct {
		Price  float64
		Symbol string
	}
	fmt.Println(pod.Check(reflect.TypeFor[Trade]()))
	// Output: pod: Symbol of pod_test.Trade is a string, which holds an address of one process: type cannot be shared between processes
}
