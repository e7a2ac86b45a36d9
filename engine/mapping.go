package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/shmengine/shmengine/internal/flat"
)

// A mapping is one Map under way. It belongs to one goroutine.
type mapping[A, R any] struct {
	f      *Func[A, R]
	e      *Engine
	ctx    context.Context
	cancel context.CancelFunc
	o      MapOptions
	yield  func(R, error) bool
	giving bool // the loop has the control
	left   bool // the loop has been left, or has had its last error

	args  []A   // of the chunk that is being filled
	sizes []int // of them, if not all have the same
	bytes int
	size  int // of a number as argument; 0 for others

	under  []*chunk[R] // in the order of the input
	spare  []*chunk[R]
	heard  chan int // of an unordered one: something has ended
	target int      // tasks of a chunk

	wait, every int // tasks until the next look at what has ended, and between two
	looked      time.Time
}

// A chunk is some tasks in one cell, and their outcomes.
type chunk[R any] struct {
	*future
	plan    *flat.Plan[R]
	results []R
	errs    []error // empty while none has failed
}

func (c *chunk[R]) value(task int, src []byte) error { return c.plan.Decode(src, &c.results[task]) }

func (c *chunk[R]) values(task, n int, src []byte) (took int, rest []byte) {
	size, ok := c.plan.Plain()
	if !ok {
		return 0, src
	}
	for i := range c.results[task : task+n] {
		kind, payload, rest, err := nextRecord(src)
		if err != nil || kind != recordValue || len(payload) != size {
			return i, src
		}
		c.plan.Get(payload, &c.results[task+i])
		src = rest
	}
	return n, src
}

func (c *chunk[R]) fail(task int, err error) {
	if len(c.errs) == 0 {
		c.errs = make([]error, len(c.results))
	}
	c.errs[task] = err
}

func newMapping[A, R any](ctx context.Context, e *Engine, f *Func[A, R], o MapOptions, yield func(R, error) bool) (*mapping[A, R], error) {
	m := &mapping[A, R]{f: f, e: e, o: o, yield: yield, target: max(o.Chunk, 1), every: 1, wait: 1}
	if err := o.Validate(); err != nil {
		return m, err
	}
	if size, ok := f.args.Plain(); ok {
		m.size = size
	}
	if _, err := e.taskBoard(); err != nil {
		return m, fmt.Errorf("map %s: %w", f.spec.name, err)
	}
	if o.Window == 0 {
		m.o.Window = 2*e.Workers() + 2
	}
	if o.Unordered {
		m.heard = make(chan int, 1)
	}
	m.ctx, m.cancel = context.WithCancel(ctx)
	return m, nil
}

// add takes one value of the input; false is the end.
func (m *mapping[A, R]) add(a A) bool {
	m.args = append(m.args, a)
	if m.size > 0 {
		return m.added(m.size)
	}
	size, err := m.f.args.Measure(&m.args[len(m.args)-1])
	if err != nil { // everything before it is good
		m.args = m.args[:len(m.args)-1]
		return m.flush() && m.give(*new(R), fmt.Errorf("map %s: %w", m.f.spec.name, err))
	}
	m.sizes = append(m.sizes, size)
	return m.added(size)
}

// added is after the last argument, of that size, and sends what is there if it is enough.
func (m *mapping[A, R]) added(size int) bool {
	m.bytes += recordSize(size)
	if len(m.args) >= m.target || m.o.Chunk == 0 && m.bytes >= autoBytes {
		return m.send() && m.giveEnded()
	}
	if m.wait--; m.wait > 0 {
		return true
	}
	return m.look()
}

// look gives what has ended, and sends less than a chunk to workers that would wait
// for it. It looks at each value if they come slowly, and seldom if they come fast.
func (m *mapping[A, R]) look() bool {
	now := time.Now()
	if now.Sub(m.looked) < 20*time.Microsecond {
		m.every = min(2*m.every, 64)
	} else {
		m.every = max(m.every/2, 1)
	}
	m.looked, m.wait = now, m.every
	if !m.giveEnded() {
		return false
	}
	return m.o.Chunk > 0 || len(m.under) >= m.e.Workers() || m.send()
}

// giveEnded gives what has ended and may be given.
func (m *mapping[A, R]) giveEnded() bool {
	for i := 0; i < len(m.under); {
		switch {
		case m.under[i].look():
			if !m.giveAll(i) {
				return false
			}
		case m.o.Unordered:
			i++
		default:
			return true
		}
	}
	return true
}

// send submits the chunk that is being filled, after room is made in the window.
func (m *mapping[A, R]) send() bool {
	if len(m.args) == 0 {
		return true
	}
	for len(m.under) >= m.o.Window {
		if !m.yieldNext() {
			return false
		}
	}
	c := m.newChunk(len(m.args))
	if err := m.f.submit(m.ctx, m.e, c.future, m.bytes, m.encode); err != nil {
		for len(m.under) > 0 {
			if !m.yieldNext() {
				return false
			}
		}
		m.give(*new(R), fmt.Errorf("map %s: %w", m.f.spec.name, err))
		m.left = true
		return false
	}
	m.under = append(m.under, c)
	if m.o.Unordered {
		c.listen(m.heard, 0)
	}
	clear(m.args)
	m.args, m.sizes, m.bytes = m.args[:0], m.sizes[:0], 0
	return true
}

// encode writes the arguments of a chunk.
func (m *mapping[A, R]) encode(dst []byte) {
	if m.size > 0 {
		for i := range m.args {
			m.f.args.Put(putRecord(dst, 0, m.size), &m.args[i])
			dst = dst[recordSize(m.size):]
		}
		return
	}
	for i := range m.args {
		n := m.sizes[i]
		m.f.args.Encode(putRecord(dst, 0, n), &m.args[i])
		dst = dst[min(recordSize(n), len(dst)):]
	}
}

// newChunk returns a chunk with room for n results.
func (m *mapping[A, R]) newChunk(n int) *chunk[R] {
	var c *chunk[R]
	if k := len(m.spare); k > 0 {
		c, m.spare = m.spare[k-1], m.spare[:k-1]
	} else {
		c = &chunk[R]{plan: m.f.results}
	}
	c.future = &future{count: n, sink: c}
	c.results, c.errs = slices.Grow(c.results[:0], n)[:n], nil
	return c
}

// yieldNext waits for a chunk and gives its results.
func (m *mapping[A, R]) yieldNext() bool {
	i := 0
	if m.o.Unordered {
		for i = range m.under {
			if m.under[i].look() {
				return m.giveAll(i)
			}
		}
		select {
		case <-m.heard: // of this one, or of one that was given already
			return true
		case <-m.ctx.Done():
			i = 0
		}
	}
	if err := m.under[i].wait(m.ctx); err != nil {
		m.give(*new(R), fmt.Errorf("map %s: %w", m.f.spec.name, err))
		m.left = true
		return false
	}
	return m.giveAll(i)
}

// giveAll gives the results of a chunk that has ended.
func (m *mapping[A, R]) giveAll(i int) bool {
	c := m.under[i]
	m.under = slices.Delete(m.under, i, i+1)
	m.adapt(c)
	for k, r := range c.results {
		var err error
		if len(c.errs) > 0 {
			err = c.errs[k]
		}
		if !m.give(r, err) {
			return false
		}
	}
	clear(c.results)
	m.spare = append(m.spare, c)
	return true
}

// adapt chooses the size of the next chunks.
func (m *mapping[A, R]) adapt(c *chunk[R]) {
	if m.o.Chunk > 0 {
		return
	}
	if len(c.results) == 1 { // not measured
		m.target = max(m.target, 2)
		return
	}
	each := max(int(c.nanos)/len(c.results), 1)
	want := min(max(chunkNanos/each, 1), autoChunk)
	m.target = min(want, 4*m.target)
}

// give gives one result to the loop; false is the end. Of an error that all tasks
// have, one is enough.
func (m *mapping[A, R]) give(r R, err error) bool {
	m.giving = true
	ok := m.yield(r, err)
	m.giving = false
	if err != nil && (m.ctx != nil && m.ctx.Err() != nil || errors.Is(err, ErrClosed)) {
		ok = false
	}
	m.left = m.left || !ok
	return ok
}
