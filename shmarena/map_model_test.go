package shmarena

import (
	"maps"
	"testing"

	"pgregory.net/rapid"
)

// mapModel is a Map beside a Go map.
type mapModel[V comparable] struct {
	m    Map[int16, V]
	want map[int16]V
	next func(t *rapid.T) V
}

func TestMapModel(t *testing.T) {
	a := goArena(t, 16<<20)
	t.Run("a word", func(t *testing.T) { testMapModel(t, a, func(t *rapid.T) int64 { return rapid.Int64().Draw(t, "v") }) })
	t.Run("some bytes", func(t *testing.T) {
		testMapModel(t, a, func(t *rapid.T) [11]byte { return [11]byte{rapid.Byte().Draw(t, "v"), 1, 10: 2} })
	})
}

func testMapModel[V comparable](t *testing.T, a *Arena, next func(*rapid.T) V) {
	rapid.Check(t, func(t *rapid.T) {
		room := rapid.SampledFrom([]int{0, 1000}).Draw(t, "room")
		m := &mapModel[V]{m: must(NewMap[int16, V](a, room))(t), want: map[int16]V{}, next: next}
		t.Repeat(map[string]func(*rapid.T){
			"set": m.set, "set many": m.setMany, "get or set": m.getOrSet, "delete": m.delete, "compare and delete": m.compareAndDelete,
			"update": m.update, "clear": m.clear, "": m.check,
		})
		if err := m.m.Free(); err != nil {
			t.Fatal(err)
		}
		if used := int64(a.at.heap.totals().bytes); used != 0 {
			t.Fatalf("%d bytes in use after Free", used)
		}
	})
}

func (m *mapModel[V]) key(t *rapid.T) int16 { return rapid.Int16Range(-40, 40).Draw(t, "k") }

func (m *mapModel[V]) set(t *rapid.T) {
	k, v := m.key(t), m.next(t)
	if err := m.m.Set(bg, k, v); err != nil {
		t.Fatal(err)
	}
	m.want[k] = v
}

func (m *mapModel[V]) setMany(t *rapid.T) {
	from, v := rapid.Int16().Draw(t, "from"), m.next(t)
	for k := from; k != from+100; k++ {
		if err := m.m.Set(bg, k, v); err != nil {
			t.Fatal(err)
		}
		m.want[k] = v
	}
}

func (m *mapModel[V]) getOrSet(t *rapid.T) {
	k, v := m.key(t), m.next(t)
	got, was, err := m.m.GetOrSet(bg, k, v)
	want, there := m.want[k]
	if !there {
		want, m.want[k] = v, v
	}
	if got != want || was != there || err != nil {
		t.Fatalf("%v, %v, %v; want %v, %v", got, was, err, want, there)
	}
}

func (m *mapModel[V]) delete(t *rapid.T) {
	k := m.key(t)
	_, there := m.want[k]
	if was, err := m.m.Delete(bg, k); was != there || err != nil {
		t.Fatalf("%v, %v; want %v", was, err, there)
	}
	delete(m.want, k)
}

func (m *mapModel[V]) compareAndDelete(t *rapid.T) {
	k, v := m.key(t), m.next(t)
	if w, there := m.want[k]; there && rapid.Bool().Draw(t, "right") {
		v = w
	}
	w, there := m.want[k]
	was, err := m.m.CompareAndDelete(bg, k, v)
	if was != (there && w == v) || err != nil {
		t.Fatalf("%v, %v; it is %v, %v", was, err, w, there)
	}
	if was {
		delete(m.want, k)
	}
}

func (m *mapModel[V]) update(t *rapid.T) {
	k, v, keep := m.key(t), m.next(t), rapid.Bool().Draw(t, "keep")
	want, there := m.want[k]
	err := m.m.Update(bg, k, func(x *V, was bool) bool {
		if *x != want || was != there {
			t.Fatalf("%v, %v; want %v, %v", *x, was, want, there)
		}
		*x = v
		return keep
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(m.want, k)
	if keep {
		m.want[k] = v
	}
}

func (m *mapModel[V]) clear(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "really") > 0 {
		t.Skip("not now")
	}
	if err := m.m.Clear(bg); err != nil {
		t.Fatal(err)
	}
	clear(m.want)
}

func (m *mapModel[V]) check(t *rapid.T) {
	m.m.mustCheck(t)
	if n := m.m.Len(); n != len(m.want) {
		t.Fatalf("%d entries, want %d", n, len(m.want))
	}
	for k := int16(-41); k <= 41; k++ {
		v, has, err := m.m.Get(k)
		if w, there := m.want[k]; v != w || has != there || err != nil {
			t.Fatalf("%d: %v, %v, %v; want %v, %v", k, v, has, err, w, there)
		}
	}
	if got := maps.Collect(m.m.All()); !maps.Equal(got, m.want) {
		t.Fatalf("%d entries seen, want %d", len(got), len(m.want))
	}
}
