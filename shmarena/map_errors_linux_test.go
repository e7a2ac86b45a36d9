package shmarena

import (
	"errors"
	"testing"
)

func TestMapErrors(t *testing.T) {
	a := newArena(t, 4<<20)
	type padded struct {
		A uint8
		B uint32
	}
	type blank struct {
		A uint32
		_ uint32
	}
	for name, err := range map[string]error{
		"float":  second(NewMap[float64, int64](a, 0)),
		"floats": second(NewMap[[2]struct{ F float32 }, int64](a, 0)),
		"padded": second(NewMap[padded, int64](a, 0)),
		"blank":  second(NewMap[blank, int64](a, 0)),
		"room":   second(NewMap[int64, int64](a, -1)),
		"large":  second(NewMap[int64, [1 << 20]byte](a, 0)),
	} {
		if !errors.Is(err, ErrArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"string": second(NewMap[string, int64](a, 0)), "bool": second(NewMap[int64, bool](a, 0)), "nothing": second(NewMap[int64, struct{}](a, 0)),
	} {
		if !errors.Is(err, ErrNotPOD) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewMap[int64, int64](a, 1<<40); !errors.Is(err, ErrNoSpace) {
		t.Errorf("room for too many: %v", err)
	}
	if s := a.Stats(); s.InUse != 0 {
		t.Errorf("refused maps cost memory: %+v", s)
	}
}

// In an arena that is full, what is there stays, and can be replaced.
func TestMapFull(t *testing.T) {
	a := newArena(t, 4<<20)
	m := must(NewMap[int64, [100]uint64](a, 0))(t)
	n := int64(0)
	for ; ; n++ {
		if err := m.Set(bg, n, [100]uint64{uint64(n)}); err != nil {
			if !errors.Is(err, ErrNoSpace) {
				t.Errorf("a full arena: %v", err)
			}
			break
		}
	}
	m.mustCheck(t)
	if m.Len() != int(n) {
		t.Errorf("%d entries after %d", m.Len(), n)
	}
	for k := range n {
		if v, has, err := m.Get(k); v[0] != uint64(k) || !has || err != nil {
			t.Fatalf("%d of %d: %v, %v, %v", k, n, v[0], has, err)
		}
	}
	ok(t, m.Set(bg, 0, [100]uint64{7})) // what is there can be replaced
	t.Logf("%d entries of %d bytes in 4 MiB", n, 808)
	ok(t, m.Free())
	freedMap(t, m)
}

func freedMap(t *testing.T, m Map[int64, [100]uint64]) {
	t.Helper()
	for name, err := range map[string]error{
		"check": m.Check(), "set": m.Set(bg, 1, [100]uint64{}), "clear": m.Clear(bg), "each": m.Each(nil),
		"delete": second(m.Delete(bg, 1)),
		"update": m.Update(bg, 1, func(*[100]uint64, bool) bool { t.Error("called"); return true }),
	} {
		if !errors.Is(err, ErrFreed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := m.Free(); !errors.Is(err, ErrBadFree) || m.Len() != 0 {
		t.Errorf("free again: %v", err)
	}
}
