package shmarena

import "testing"

// What is called often allocates nothing.
func TestCollectionAllocs(t *testing.T) {
	a := newArena(t, 8<<20)
	m, d := must(NewMap[int64, record](a, 100))(t), must(NewDict[int64](a, 100))(t)
	v, n, l := must(NewValue(a, record{}))(t), must(NewCounter(a))(t), must(NewList[record](a))(t)
	ok(t, m.Set(bg, 1, record{}))
	ok(t, d.Set(bg, "key", 1))
	must(l.Append(bg, record{}))(t)
	for name, f := range map[string]func(){
		"Map.Get":        func() { _, _, _ = m.Get(1) },
		"Map.Set":        func() { _ = m.Set(bg, 1, record{}) },
		"Map.Delete":     func() { _, _ = m.Delete(bg, 2) },
		"Map.GetOrSet":   func() { _, _, _ = m.GetOrSet(bg, 1, record{}) },
		"Map.Len":        func() { _ = m.Len() },
		"Dict.Get":       func() { _, _, _ = d.Get("key") },
		"Dict.Set":       func() { _ = d.Set(bg, "key", 2) },
		"Value.Load":     func() { _, _ = v.Load() },
		"Value.Store":    func() { _ = v.Store(bg, record{}) },
		"Counter.Add":    func() { _ = n.Add(1) },
		"Counter.Sum":    func() { _, _ = n.Sum() },
		"List.Get":       func() { _, _, _ = l.Get(0) },
		"List.Set":       func() { _ = l.Set(bg, 0, record{}) },
		"Append, Pop":    func() { _, _ = l.Append(bg, record{}); _, _, _ = l.Pop(bg) },
		"insert, delete": func() { _ = m.Set(bg, 3, record{}); _, _ = m.Delete(bg, 3) },
	} {
		if allocs := testing.AllocsPerRun(100, f); allocs != 0 {
			t.Errorf("%s: %v allocations", name, allocs)
		}
	}
}
