package engine

import (
	"context"
	"fmt"
	"iter"
)

// MapOptions says how [Func.Map] runs. Its zero value works.
type MapOptions struct {
	// Chunk is how many tasks a worker gets at once. 0 chooses: as many as take
	// about a tenth of a millisecond, and fewer where workers would wait for them.
	Chunk int
	// Window is how many chunks are under way at most: what is taken from the input
	// and has not been given out. 0 means two for each worker, and two.
	Window int
	// Unordered gives results as they come.
	Unordered bool
}

// Validate says what is wrong with o.
func (o MapOptions) Validate() error {
	if o.Chunk < 0 || o.Chunk > maxChunk {
		return fmt.Errorf("engine: MapOptions.Chunk is %d: 0 (chosen) to %d", o.Chunk, maxChunk)
	}
	if o.Window < 0 || o.Window > maxTasks/2 {
		return fmt.Errorf("engine: MapOptions.Window is %d: 0 (two for each worker) to %d", o.Window, maxTasks/2)
	}
	return nil
}

const (
	maxChunk   = 1 << 15
	autoChunk  = 1024      // most tasks of a chunk that we choose
	autoBytes  = 256 << 10 // most bytes of its arguments
	chunkNanos = 100_000   // how long it is to take
)

// Map runs f over the values of seq and yields the results in the order of seq, or
// as they come. It takes from seq only while few enough are under way, so seq may be
// endless; a loop that is left cancels what it has not seen. Everything but f itself
// runs on the goroutine of the loop.
//
// A task that fails yields its error, as [Future.Result] gives it, and the loop goes
// on. When ctx ends, or the engine is closed, one error is yielded, and it is the
// last. Tasks are retried, and their workers' deaths cost, one by one, also in chunks.
// If seq panics, the results before that are yielded first.
func (f *Func[A, R]) Map(ctx context.Context, e *Engine, seq iter.Seq[A], o MapOptions) iter.Seq2[R, error] {
	return f.TryMap(ctx, e, func(yield func(A, error) bool) {
		for a := range seq {
			if !yield(a, nil) {
				return
			}
		}
	}, o)
}

// TryMap is Map over an input that may fail: then the results before that are
// yielded, then the error, and that is the end.
func (f *Func[A, R]) TryMap(ctx context.Context, e *Engine, seq iter.Seq2[A, error], o MapOptions) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		m, err := newMapping(ctx, e, f, o, yield)
		if err != nil {
			m.give(*new(R), err)
			return
		}
		defer m.cancel()
		m.run(seq)
	}
}

// run is the whole of a Map.
func (m *mapping[A, R]) run(seq iter.Seq2[A, error]) {
	over := false
	defer func() {
		if !over && !m.giving && !m.left { // seq panics: what came before is good
			m.flush()
		}
	}()
	var failure error
	for a, err := range seq {
		if err != nil {
			failure = err
			break
		}
		if !m.add(a) {
			break
		}
	}
	over = true
	if m.left {
		return
	}
	if m.flush() && failure != nil {
		m.give(*new(R), failure)
	}
}

// flush sends what is left, and gives all that is to come.
func (m *mapping[A, R]) flush() bool {
	if !m.send() {
		return false
	}
	for len(m.under) > 0 {
		if !m.yieldNext() {
			return false
		}
	}
	return true
}
