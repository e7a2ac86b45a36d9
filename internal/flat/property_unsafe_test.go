package flat

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

// TestFuzz makes random types and random values of them, and compares what is written with a slow
// encoder that looks at one number at a time.
func TestFuzz(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		typ := drawType(rt, 4)
		root, err := build(typ, nil)
		if err != nil {
			if !errors.Is(err, ErrType) {
				rt.Fatalf("build %v: %v", typ, err)
			}
			return // a slice of what takes no bytes
		}
		v := reflect.New(typ)
		fill(rt, v.Elem())
		damage(rt, root, compare(rt, root, v))
	})
}

// compare encodes and decodes what v points to, beside the reference.
func compare(t rapid.TB, root *node, v reflect.Value) []byte {
	var want reference
	want.write(v.Elem())
	m := measure{}
	if !m.value(root, v.UnsafePointer()) || m.pos != len(want.b) {
		t.Fatalf("%v measures %d, want %d (%v)", root.typ, m.pos, len(want.b), m.why)
	}
	e := encoder{dst: bytes.Repeat([]byte{0xaa}, m.pos)}
	e.value(root, v.UnsafePointer())
	if !bytes.Equal(e.dst, want.b) {
		t.Fatalf("%v wrote\n%x, want\n%x", root.typ, e.dst, want.b)
	}
	back, err := decoded(root, e.dst)
	if err != nil || !reflect.DeepEqual(back.Interface(), v.Interface()) {
		t.Fatalf("%v came back as %+v, %v, not %+v", root.typ, back.Elem(), err, v.Elem())
	}
	return e.dst
}

// TestRuns: fields that may be copied together, and some that must not.
func TestRuns(t *testing.T) {
	for _, v := range []any{
		&struct { // more alignment behind
			S    string
			A, B int32
			C    int64
		}{"1234", 1, 2, 3},
		&struct { // a field between is left out
			S string
			A int64
			X int64 `flat:"-"`
			B int64
		}{"1", 2, 0, 3},
		&struct { // a hole
			S string
			A int64
			B uint8
			C int16
			D uint8
		}{"1", 2, 3, 4, 5},
		&struct { // a bool in it
			S string
			A int64
			B bool
			C uint8
		}{"1", 2, true, 3},
	} {
		root, err := build(reflect.TypeOf(v).Elem(), nil)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, root, reflect.ValueOf(v))
	}
}

// TestManyPaths: a type whose description would not end soon.
func TestManyPaths(t *testing.T) {
	typ := reflect.TypeFor[string]()
	for range 16 {
		s := reflect.SliceOf(typ)
		typ = reflect.StructOf([]reflect.StructField{{Name: "A", Type: s}, {Name: "B", Type: s}})
	}
	root, err := build(typ, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s, _, err := describe(typ, root); !errors.Is(err, ErrType) {
		t.Errorf("described in %d bytes: %v", len(s), err)
	}
}

// damage changes some bytes, or drops some, and expects an error, or a value that is carried as any.
func damage(rt *rapid.T, root *node, b []byte) {
	if len(b) == 0 {
		return
	}
	if rapid.Bool().Draw(rt, "cut") {
		b = b[:rapid.IntRange(0, len(b)-1).Draw(rt, "at")]
		if _, err := decoded(root, b); !errors.Is(err, ErrCorrupt) {
			rt.Fatalf("cut to %d bytes: %v", len(b), err)
		}
		return
	}
	for range rapid.IntRange(1, 3).Draw(rt, "changes") {
		b[rapid.IntRange(0, len(b)-1).Draw(rt, "at")] = rapid.Byte().Draw(rt, "byte")
	}
	v, err := decoded(root, b)
	if err != nil {
		if !errors.Is(err, ErrCorrupt) {
			rt.Fatal(err)
		}
		return
	}
	m := measure{}
	m.value(root, v.UnsafePointer())
	if m.pos != len(b) {
		rt.Fatalf("a value read from %d bytes has %d", len(b), m.pos)
	}
}

func decoded(root *node, b []byte) (reflect.Value, error) {
	v := reflect.New(root.typ)
	d := decoder{src: b}
	if d.value(root, v.UnsafePointer()) && d.ended() {
		return v, nil
	}
	return v, d.error("decode", root.typ)
}

var leaves = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[uint8](), reflect.TypeFor[int16](), reflect.TypeFor[uint32](),
	reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[complex64](), reflect.TypeFor[string](), reflect.TypeFor[[]byte](),
}

func drawType(t *rapid.T, depth int) reflect.Type {
	if depth == 0 {
		return rapid.SampledFrom(leaves).Draw(t, "leaf")
	}
	switch rapid.IntRange(0, 6).Draw(t, "kind") {
	case 0, 1:
		return reflect.SliceOf(drawType(t, depth-1))
	case 2:
		return reflect.ArrayOf(rapid.IntRange(0, 3).Draw(t, "count"), drawType(t, depth-1))
	case 3:
		return rapid.SampledFrom(leaves).Draw(t, "leaf")
	}
	fields := make([]reflect.StructField, rapid.IntRange(0, 6).Draw(t, "fields"))
	for i := range fields {
		fields[i] = reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: drawType(t, depth-1)}
		if rapid.IntRange(0, 9).Draw(t, "skip") == 0 {
			fields[i].Tag = `flat:"-"`
		}
	}
	return reflect.StructOf(fields)
}

// fill gives v random contents; what is left out stays zero.
func fill(t *rapid.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Tag == "" {
				fill(t, v.Field(i))
			}
		}
	case reflect.Slice:
		if n := rapid.IntRange(-1, 4).Draw(t, "length"); n >= 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
		}
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i))
		}
	case reflect.String:
		v.SetString(rapid.StringN(0, 5, 9).Draw(t, "text"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(rapid.Int16().Draw(t, "float")))
	case reflect.Complex64:
		v.SetComplex(complex(float64(rapid.Int16().Draw(t, "real")), 1))
	case reflect.Int, reflect.Int16:
		v.SetInt(int64(rapid.Int16().Draw(t, "int")))
	default:
		v.SetUint(uint64(rapid.Byte().Draw(t, "uint")))
	}
}

// reference is the format in its plainest form.
type reference struct{ b []byte }

func (r *reference) align(n int) {
	for len(r.b)%n != 0 {
		r.b = append(r.b, 0)
	}
}

func (r *reference) length(n int) {
	r.align(8)
	r.b = binary.LittleEndian.AppendUint64(r.b, uint64(n))
}

func (r *reference) write(v reflect.Value) {
	switch t := v.Type(); {
	case isPlain(t):
		r.align(t.Align())
		r.b = append(r.b, memoryOf(v)...)
	case v.Kind() == reflect.String:
		r.length(v.Len())
		r.b = append(r.b, v.String()...)
	case v.Kind() == reflect.Slice && v.IsNil():
		r.length(0)
	case v.Kind() == reflect.Slice:
		r.length(v.Len() + 1)
		if isPlain(t.Elem()) {
			r.align(t.Elem().Align())
		}
		fallthrough
	case v.Kind() == reflect.Array:
		for i := range v.Len() {
			r.write(v.Index(i))
		}
	default:
		for i := range v.NumField() {
			if t.Field(i).Tag == "" {
				r.write(v.Field(i))
			}
		}
	}
}

func isPlain(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Slice:
		return false
	case reflect.Array:
		return isPlain(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.Tag != "" || !isPlain(f.Type) {
				return false
			}
		}
	}
	return true
}

func memoryOf(v reflect.Value) []byte {
	return unsafe.Slice((*byte)(v.Addr().UnsafePointer()), v.Type().Size())
}

// TestBytesOfOtherAlignment: the copy that no Go of today needs.
func TestBytesOfOtherAlignment(t *testing.T) {
	for n := range 40 {
		b := bytes.Repeat([]byte{7}, n)
		p := alignedCopy(b)
		if uintptr(p)%8 != 0 || !bytes.Equal(unsafe.Slice((*byte)(p), n), b) {
			t.Errorf("%d bytes at %p", n, p)
		}
		var s slice
		makePlain(&s, b, n)
		if uintptr(s.data)%plainAlign(n) != 0 || s.len != n || s.cap != n {
			t.Errorf("%d bytes are not aligned: %+v", n, s)
		}
	}
}
