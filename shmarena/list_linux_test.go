package shmarena

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"
)

// listModel is a List beside a slice.
type listModel[T comparable] struct {
	l    List[T]
	want []T
	next func(t *rapid.T) T
}

func TestListModel(t *testing.T) {
	a := goArena(t, 16<<20)
	t.Run("a word", func(t *testing.T) { testListModel(t, a, func(t *rapid.T) int64 { return rapid.Int64().Draw(t, "v") }) })
	t.Run("less", func(t *testing.T) {
		testListModel(t, a, func(t *rapid.T) [3]byte { return [3]byte{rapid.Byte().Draw(t, "v"), 1, 2} })
	})
	t.Run("more", func(t *testing.T) {
		testListModel(t, a, func(t *rapid.T) [5]int32 { return [5]int32{rapid.Int32().Draw(t, "v"), 7, 8, 9, 10} })
	})
}

func testListModel[T comparable](t *testing.T, a *Arena, next func(*rapid.T) T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &listModel[T]{l: must(NewList[T](a))(t), next: next}
		t.Repeat(map[string]func(*rapid.T){
			"append": m.append, "append many": m.appendMany, "pop": m.pop, "set": m.set, "update": m.update,
			"out of range": m.outOfRange, "clear": m.clear, "": m.check,
		})
		if err := m.l.Free(); err != nil {
			t.Fatal(err)
		}
		if used := int64(a.at.heap.totals().bytes); used != 0 {
			t.Fatalf("%d bytes in use after Free", used)
		}
	})
}

func (m *listModel[T]) append(t *rapid.T) {
	v := m.next(t)
	if i := must(m.l.Append(bg, v))(t); i != len(m.want) {
		t.Fatalf("appended as %d, want %d", i, len(m.want))
	}
	m.want = append(m.want, v)
}

func (m *listModel[T]) appendMany(t *rapid.T) {
	v := m.next(t)
	for range rapid.IntRange(1, 70).Draw(t, "n") {
		must(m.l.Append(bg, v))(t)
		m.want = append(m.want, v)
	}
}

func (m *listModel[T]) pop(t *rapid.T) {
	v, has, err := m.l.Pop(bg)
	if err != nil || has != (len(m.want) > 0) {
		t.Fatalf("pop of %d: %v, %v", len(m.want), has, err)
	}
	if has {
		last := len(m.want) - 1
		if v != m.want[last] {
			t.Fatalf("popped %v, want %v", v, m.want[last])
		}
		m.want = m.want[:last]
	}
}

func (m *listModel[T]) index(t *rapid.T) int {
	if len(m.want) == 0 {
		t.Skip("empty")
	}
	return rapid.IntRange(0, len(m.want)-1).Draw(t, "i")
}

func (m *listModel[T]) set(t *rapid.T) {
	i, v := m.index(t), m.next(t)
	if err := m.l.Set(bg, i, v); err != nil {
		t.Fatal(err)
	}
	m.want[i] = v
}

func (m *listModel[T]) update(t *rapid.T) {
	i, v := m.index(t), m.next(t)
	err := m.l.Update(bg, i, func(x *T) {
		if *x != m.want[i] {
			t.Fatalf("element %d is %v, want %v", i, *x, m.want[i])
		}
		*x = v
	})
	if err != nil {
		t.Fatal(err)
	}
	m.want[i] = v
}

func (m *listModel[T]) outOfRange(t *rapid.T) {
	i := rapid.SampledFrom([]int{-1, len(m.want), len(m.want) + 1, math.MinInt, math.MaxInt}).Draw(t, "i")
	if _, has, err := m.l.Get(i); has || err != nil {
		t.Fatalf("get %d of %d: %v, %v", i, len(m.want), has, err)
	}
	if err := m.l.Set(bg, i, *new(T)); !errors.Is(err, ErrArgument) {
		t.Fatalf("set %d of %d: %v", i, len(m.want), err)
	}
}

func (m *listModel[T]) clear(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "really") > 0 {
		t.Skip("not now")
	}
	if err := m.l.Clear(bg); err != nil {
		t.Fatal(err)
	}
	m.want = m.want[:0]
}

func (m *listModel[T]) check(t *rapid.T) {
	n := 0
	for i, v := range m.l.All() {
		if i != n || v != m.want[i] {
			t.Fatalf("element %d is %v, want %v", i, v, m.want[i])
		}
		n++
	}
	if n != len(m.want) || m.l.Len() != n {
		t.Fatalf("%d elements seen, Len %d, want %d", n, m.l.Len(), len(m.want))
	}
}

// Readers of a list that others lengthen and shorten see whole elements, in the
// place where they were appended.
func TestListReaders(t *testing.T) {
	eachMemory(t, func(t *testing.T, a *Arena) {
		l := must(NewList[placed](a))(t)
		var writers, readers sync.WaitGroup
		var done atomic.Bool
		for w := range int64(2) {
			writers.Go(func() { churnList(t, l, w) })
		}
		for range 2 {
			readers.Go(func() {
				for !done.Load() {
					for i, r := range l.All() {
						if r[1] != r[2] || r[0] != -1 && r[0] != int64(i) {
							t.Errorf("element %d is %v", i, r)
							return
						}
					}
				}
			})
		}
		writers.Wait()
		done.Store(true)
		readers.Wait()
		ok(t, l.Free())
	})
}

// placed is an element that says where it is: {where or -1, what, what}.
type placed [3]int64

func churnList(t *testing.T, l List[placed], w int64) {
	for i := range int64(1500) {
		if i%3 == 2 {
			_, _, err := l.Pop(bg)
			okNow(t, err)
			continue
		}
		k, err := l.Append(bg, placed{-1, i, i})
		okNow(t, err)
		// Somebody else may have popped it, and appended another.
		err = l.Update(bg, k, func(r *placed) { r[0] = int64(k); r[1] += w; r[2] += w })
		if err != nil && !errors.Is(err, ErrArgument) {
			t.Error(err)
		}
	}
}

func okNow(t *testing.T, err error) {
	if err != nil {
		t.Error(err)
	}
}

func TestListErrors(t *testing.T) {
	a := newArena(t, 4<<20)
	if _, err := NewList[string](a); !errors.Is(err, ErrNotPOD) {
		t.Errorf("of strings: %v", err)
	}
	l := must(NewList[[1 << 16]byte](a))(t)
	n := 0
	for {
		if _, err := l.Append(bg, [1 << 16]byte{byte(n)}); err != nil {
			if !errors.Is(err, ErrNoSpace) {
				t.Errorf("append to a full arena: %v", err)
			}
			break
		}
		n++
	}
	if v, has, err := l.Get(n - 1); n == 0 || l.Len() != n || !has || v[0] != byte(n-1) || err != nil {
		t.Errorf("%d elements of %d", l.Len(), n)
	}
	done, cancel := context.WithCancel(bg)
	cancel()
	_, has, err := l.Pop(done)
	if !has || err != nil {
		t.Errorf("pop of a free list with a context that is done: %v", err)
	}
	ok(t, l.Free())
	for name, err := range map[string]error{
		"check": l.Check(), "set": l.Set(bg, 0, [1 << 16]byte{}), "clear": l.Clear(bg), "append": second(l.Append(bg, [1 << 16]byte{})),
	} {
		if !errors.Is(err, ErrFreed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := l.Free(); !errors.Is(err, ErrBadFree) || l.Len() != 0 {
		t.Errorf("free again: %v", err)
	}
	if s := a.Stats(); s.InUse != 0 {
		t.Errorf("%+v", s)
	}
}
