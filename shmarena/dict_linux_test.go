package shmarena

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
)

func TestDict(t *testing.T) {
	a := newArena(t, 8<<20)
	d := must(NewDict[int64](a, 100))(t)
	longest := fmt.Sprintf("%0*d", MaxDictKey, 7)
	want := map[string]int64{"": 1, "a": 2, "a\x00": 3, "ä": 4, longest: 5}
	for k, v := range want {
		ok(t, d.Set(bg, k, v))
	}
	for k, v := range want {
		if got, has, err := d.Get(k); got != v || !has || err != nil {
			t.Errorf("%q: %v, %v, %v", k, got, has, err)
		}
	}
	tooLong(t, d, longest+"x")
	useDict(t, d, want)
	ok(t, a.Publish("d", d))
	if e := must(LookupDict[int64](a, "d"))(t); e != d {
		t.Errorf("%v, not %v", e, d)
	}
	ok(t, errors.Join(d.Clear(bg), d.Check(), d.Free()))
	if _, _, err := d.Get(longest + "x"); !errors.Is(err, ErrFreed) {
		t.Errorf("get from a freed dict: %v", err)
	}
}

func tooLong(t *testing.T, d Dict[int64], key string) {
	t.Helper()
	for name, err := range map[string]error{
		"set": d.Set(bg, key, 1), "update": d.Update(bg, key, nil), "get or set": third(d.GetOrSet(bg, key, 1)),
	} {
		if !errors.Is(err, ErrArgument) {
			t.Errorf("%s of a key that is too long: %v", name, err)
		}
	}
	if _, has, err := d.Get(key); has || err != nil {
		t.Errorf("get of a key that is too long: %v, %v", has, err)
	}
}

func useDict(t *testing.T, d Dict[int64], want map[string]int64) {
	t.Helper()
	ok(t, d.Update(bg, "a", func(v *int64, was bool) bool { *v += 10; return was }))
	if v, was, err := d.GetOrSet(bg, "a", 0); v != 12 || !was || err != nil {
		t.Errorf("%v, %v, %v", v, was, err)
	}
	if was, err := d.Delete(bg, ""); !was || err != nil {
		t.Errorf("%v, %v", was, err)
	}
	delete(want, "")
	want["a"] = 12
	if got := maps.Collect(d.All()); !maps.Equal(got, want) || d.Len() != len(want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func third[A, B any](_ A, _ B, err error) error { return err }

func TestNamespace(t *testing.T) {
	a := newArena(t, 8<<20)
	n := must(NewNamespace(a))(t)
	l := must(NewList[int64](a))(t)
	ok(t, errors.Join(SetIn(bg, n, "rate", 2.5), SetIn(bg, n, "list", l), SetIn(bg, n, "full", [MaxAttribute]byte{MaxAttribute - 1: 9})))
	if v, has, err := GetIn[float64](n, "rate"); v != 2.5 || !has || err != nil {
		t.Errorf("%v, %v, %v", v, has, err)
	}
	if v, has, err := GetIn[[MaxAttribute]byte](n, "full"); v[MaxAttribute-1] != 9 || !has || err != nil {
		t.Errorf("%v, %v, %v", v, has, err)
	}
	if v, has, err := GetIn[List[int64]](n, "list"); v != l || !has || err != nil {
		t.Errorf("%v, %v, %v", v, has, err)
	}
	for name, err := range map[string]error{
		"get": third(GetIn[int64](n, "rate")), "list": third(GetIn[List[float64]](n, "list")),
		"update": UpdateIn(bg, n, "rate", func(*int32) { t.Error("called") }),
	} {
		if !errors.Is(err, ErrType) {
			t.Errorf("%s as another type: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"set": SetIn(bg, n, "x", [MaxAttribute + 1]byte{}), "get": third(GetIn[[MaxAttribute + 1]byte](n, "rate")),
	} {
		if !errors.Is(err, ErrArgument) {
			t.Errorf("%s of a value that is too large: %v", name, err)
		}
	}
	changeNamespace(t, n)
	ok(t, a.Publish("n", n))
	if e := must(LookupNamespace(a, "n"))(t); e != n || e.Check() != nil {
		t.Errorf("%v, not %v", e, n)
	}
	ok(t, n.Free())
}

func changeNamespace(t *testing.T, n Namespace) {
	t.Helper()
	if _, _, err := GetIn[string](n, "rate"); !errors.Is(err, ErrNotPOD) {
		t.Errorf("get of a string: %v", err)
	}
	for range 3 {
		ok(t, UpdateIn(bg, n, "count", func(v *int32) { *v += 5 }))
	}
	if v, has, err := GetIn[int32](n, "count"); v != 15 || !has || err != nil {
		t.Errorf("%v, %v, %v", v, has, err)
	}
	ok(t, SetIn(bg, n, "rate", int8(1))) // another type is another value
	if v, _, err := GetIn[int8](n, "rate"); v != 1 || err != nil {
		t.Errorf("%v, %v", v, err)
	}
	if was, err := n.Delete(bg, "full"); !was || err != nil || n.Len() != 3 {
		t.Errorf("%v, %v, %d left", was, err, n.Len())
	}
	if got := slices.Sorted(n.Names()); !slices.Equal(got, []string{"count", "list", "rate"}) {
		t.Errorf("%v", got)
	}
}
