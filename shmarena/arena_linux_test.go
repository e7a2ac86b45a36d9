package shmarena

import (
	"testing"
)

// newArena creates an arena without a name and closes it at the test's end.
func newArena(tb testing.TB, size int64) *Arena {
	tb.Helper()
	return createFor(tb, Options{Size: size})
}

func createFor(tb testing.TB, o Options) *Arena {
	tb.Helper()
	a, err := Create(o)
	if err != nil {
		tb.Fatal(err)
	}
	closeAtEnd(tb, a)
	return a
}

// closeAtEnd verifies and closes the arena when the test is over.
func closeAtEnd(tb testing.TB, a *Arena) {
	tb.Cleanup(func() {
		if err := a.Verify(); err != nil && err != ErrClosed {
			tb.Error(err)
		}
		if err := a.Close(); err != nil {
			tb.Error(err)
		}
	})
}

func mustAlloc[T any](tb testing.TB, a *Arena, n int) Array[T] {
	tb.Helper()
	x, err := Alloc[T](a, n)
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

func mustFree[T any](tb testing.TB, x Array[T]) {
	tb.Helper()
	if err := x.Free(); err != nil {
		tb.Fatal(err)
	}
}

func TestSmoke(t *testing.T) {
	a := newArena(t, 1<<30)
	x := mustAlloc[float64](t, a, 1000)
	s := x.Slice()
	if len(s) != 1000 || cap(s) != 1000 {
		t.Fatalf("len %d, cap %d", len(s), cap(s))
	}
	for i := range s {
		if s[i] != 0 {
			t.Fatal("not zero")
		}
		s[i] = float64(i)
	}
	if st := a.Stats(); st.InUse != 8000 || st.Members != 1 || st.Allocs != 1 {
		t.Errorf("%+v", st)
	}
	mustFree(t, x)
	if err := a.Verify(); err != nil {
		t.Error(err)
	}
}
