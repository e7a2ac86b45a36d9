package engine

import (
	"context"
	"errors"
	"sync"
	"testing"
)

// A spySink looks, while outcomes are taken out, whether the cell is still somebody's.
type spySink struct {
	t     *testing.T
	ts    *tasks
	cell  *int
	calls int
}

func (s *spySink) values(_, _ int, src []byte) (int, []byte) { return 0, src }

func (s *spySink) value(int, []byte) error {
	s.calls++
	if s.ts.cells[*s.cell].f != nil {
		s.t.Error("the future is in its cell while its outcome is taken out")
	}
	return nil
}

func (s *spySink) fail(_ int, err error) {
	s.calls++
	s.t.Error(err)
}

// Who collects takes the future out of the cell first: a second one finds nobody.
func TestCollectorTakesTheFutureOut(t *testing.T) {
	for _, count := range []int{1, 2} { // by the short way, and by the long one
		ts, _, k, _ := newBoard(t)
		f := &future{count: count}
		s := &spySink{t: t, ts: ts, cell: &f.cell}
		f.sink = s
		i, _, err := ts.reserve(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		cell := ts.board.cells[i].inline[:]
		for range count {
			var x int
			squareFunc.args.Put(putRecord(cell, 0, 8), &x)
			cell = cell[recordSize(8):]
		}
		ts.offer(context.Background(), f, offer{cell: i, fn: squareFunc.spec, count: count, level: 1, args: count * recordSize(8)})
		k.step()
		ts.collect(i)
		ts.collect(i)
		if s.calls != count || !f.ended() {
			t.Errorf("%d outcomes of %d, ended %v", s.calls, count, f.ended())
		}
		ts.board = nil // as after Close: who comes late does not look there
		ts.collect(i)
	}
}

// A future is settled once, whoever is told.
func TestSettledOnceForAll(t *testing.T) {
	e := start(t, Config{Workers: 2})
	for x := range 300 {
		f := submit(t, e, squareFunc, x)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				select {
				case <-f.Done():
				case <-deadline(t, patience).Done():
					t.Error("not told")
				}
				if r, err := f.Result(t.Context()); r != x*x || err != nil {
					t.Error(r, err)
				}
			})
		}
		wg.Wait()
		if f.Cancel() || errors.Is(f.Err(), ErrCancelled) {
			t.Error("cancelled after its end")
		}
	}
}
