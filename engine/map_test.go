package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"
)

// upTo yields 0 to n-1, and counts how many were asked for.
func upTo(n int, asked *int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if asked != nil {
				*asked++
			}
			if !yield(i) {
				return
			}
		}
	}
}

func TestMapKeepsOrder(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		for _, n := range []int{0, 1, 2, 100, 5000} {
			for _, chunk := range []int{0, 1, 3, n - 1, n, n + 1} {
				i := 0
				for r, err := range squareFunc.Map(t.Context(), e, upTo(n, nil), MapOptions{Chunk: max(chunk, 0)}) {
					if r != i*i || err != nil {
						t.Fatalf("n %d, chunk %d: result %d is %d, %v", n, chunk, i, r, err)
					}
					i++
				}
				if i != n {
					t.Fatalf("n %d, chunk %d: %d results", n, chunk, i)
				}
			}
		}
	})
}

func TestMapUnordered(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		for _, chunk := range []int{0, 1, 7} {
			const n = 1000
			var got []int
			for r, err := range squareFunc.Map(t.Context(), e, upTo(n, nil), MapOptions{Chunk: chunk, Unordered: true}) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, r)
			}
			slices.Sort(got)
			if len(got) != n || len(slices.Compact(got)) != n || got[n-1] != (n-1)*(n-1) {
				t.Fatalf("chunk %d: %d results", chunk, len(got))
			}
		}
	})
}

// Of an input without end only as much is taken as the window holds.
func TestMapIsLazy(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		asked, got := 0, 0
		for _, err := range squareFunc.Map(t.Context(), e, upTo(1e9, &asked), MapOptions{Chunk: 4, Window: 3}) {
			if err != nil {
				t.Fatal(err)
			}
			if got++; got == 10 {
				break
			}
		}
		if asked > 12+3*4+4 {
			t.Errorf("%d values were taken for %d results", asked, got)
		}
	})
}

func TestMapOptionsAreChecked(t *testing.T) {
	e := start(t, Config{Workers: 1, Mode: Goroutines})
	for _, o := range []MapOptions{{Chunk: -1}, {Chunk: maxChunk + 1}, {Window: -1}, {Window: maxTasks}} {
		n := 0
		for _, err := range squareFunc.Map(t.Context(), e, upTo(3, nil), o) {
			if n++; err == nil {
				t.Errorf("%+v was accepted", o)
			}
		}
		if n != 1 {
			t.Errorf("%+v: %d results", o, n)
		}
	}
}

var errInput = errors.New("test: the input failed")

func TestMapOfAnInputThatFails(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		const k = 50
		failing := func(yield func(int, error) bool) {
			for i := range upTo(k, nil) {
				if !yield(i, nil) {
					return
				}
			}
			yield(0, errInput)
		}
		n := 0
		var last error
		for r, err := range squareFunc.TryMap(t.Context(), e, failing, MapOptions{}) {
			if last = err; err == nil && r == n*n {
				n++
			}
		}
		if n != k || !errors.Is(last, errInput) {
			t.Errorf("%d results, then %v", n, last)
		}
	})
}

func TestMapOfAnInputThatPanics(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		const k = 50
		n := 0
		defer func() {
			if p := recover(); p != errInput {
				t.Errorf("the panic of the input is %v", p)
			}
			if n != k {
				t.Errorf("%d results before the panic", n)
			}
			must[int](t)(squareFunc.Submit(t.Context(), e, 3))
		}()
		panicking := func(yield func(int) bool) {
			for i := range upTo(k, nil) {
				if !yield(i) {
					return
				}
			}
			panic(errInput)
		}
		for r, err := range squareFunc.Map(t.Context(), e, panicking, MapOptions{}) {
			if r != n*n || err != nil {
				t.Error(r, err)
			}
			n++
		}
	})
}

// A panic of the loop is not one of the input: nothing more is yielded.
func TestMapOfALoopThatPanics(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		n := 0
		func() {
			defer func() {
				if p := recover(); p != "enough" {
					t.Errorf("recovered %v", p)
				}
			}()
			for range squareFunc.Map(t.Context(), e, upTo(100, nil), MapOptions{Chunk: 2}) {
				if n++; n == 5 {
					panic("enough")
				}
			}
		}()
		if n != 5 {
			t.Errorf("%d results", n)
		}
	})
}

// In a chunk each task has an outcome of its own.
func TestMapOfTrouble(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		what := []int{doNothing, returnKnown, doNothing, panicString, returnCode, doNothing, panicNil}
		for _, chunk := range []int{1, 3, len(what)} {
			i := 0
			for r, err := range doFunc.Map(t.Context(), e, slices.Values(what), MapOptions{Chunk: chunk}) {
				var fe *FuncError
				if good := what[i] == doNothing; good != (err == nil) || !good && !errors.As(err, &fe) {
					t.Errorf("chunk %d, task %d: %d, %v", chunk, i, r, err)
				}
				i++
			}
			if i != len(what) {
				t.Errorf("chunk %d: %d results", chunk, i)
			}
		}
	})
}

// The tasks before the one that waits are done when their results have come.
func TestMapEndsWithItsContext(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n, failed := 0, 0
		for _, err := range doFunc.Map(ctx, e, func(yield func(int) bool) {
			for i := 0; ; i++ {
				what := doNothing
				if i == 20 {
					what = waitForContext
				}
				if !yield(what) {
					return
				}
			}
		}, MapOptions{Chunk: 1}) {
			if err == nil {
				if n++; n == 20 {
					cancel()
				}
			} else if failed++; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
		if n != 20 || failed != 1 {
			t.Errorf("%d results, %d errors", n, failed)
		}
	})
}

func TestMapOnAClosedEngine(t *testing.T) {
	for _, cfg := range taskModes() {
		e := start(t, cfg)
		n := 0
		for _, err := range squareFunc.Map(t.Context(), e, upTo(1e9, nil), MapOptions{}) {
			if n++; n == 1000 {
				if err := e.Close(); err != nil {
					t.Fatal(err)
				}
			} else if n > 1000 && err != nil && !errors.Is(err, ErrClosed) {
				t.Fatalf("%s: %v", name(cfg), err)
			}
			if n > 1_000_000 {
				t.Fatal("it goes on")
			}
		}
	}
}

// What comes slowly is not kept until a chunk is full.
func TestMapOfASlowInput(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		var got, late int
		slow := func(yield func(int) bool) {
			for i := range 3000 {
				if i > 2900 {
					time.Sleep(time.Millisecond)
					late = max(late, i-got)
				}
				if !yield(i) {
					return
				}
			}
		}
		for _, err := range squareFunc.Map(t.Context(), e, slow, MapOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			got++
		}
		if got != 3000 {
			t.Errorf("%d results", got)
		}
	})
}

// Large results and errors of a chunk find room as they come.
func TestMapOfLargeResults(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		n := 0
		for r, err := range repeatFunc.Map(t.Context(), e, upTo(300, nil), MapOptions{Chunk: 50}) {
			if err != nil || len(r) != n {
				t.Fatalf("result %d has %d bytes, %v", n, len(r), err)
			}
			n++
		}
		for _, err := range doFunc.Map(t.Context(), e, slices.Values([]int{returnHuge, returnHuge, returnHuge}), MapOptions{Chunk: 3}) {
			if err == nil || len(err.Error()) < 300<<10 {
				t.Errorf("an error of %d bytes", len(fmt.Sprint(err)))
			}
		}
	})
}
