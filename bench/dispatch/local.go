package dispatch

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/shmengine/shmengine/kernels"
)

// A pool is goroutines behind channels.
type pool struct {
	in    chan message
	out   chan uint64
	array []float64
}

// A message is a task, or a partition.
type message struct {
	x    uint64
	part []float64
}

// newPool starts n goroutines, which end with close.
func newPool(n, room int, array []float64) *pool {
	p := &pool{make(chan message, room), make(chan uint64, room), array}
	for range n {
		go func() {
			for m := range p.in {
				if m.part != nil {
					p.out <- uint64(kernels.Sum(m.part))
					continue
				}
				p.out <- triple(m.x)
			}
		}()
	}
	return p
}

func (p *pool) close() { close(p.in) }

// goroutines are pools of one goroutine and of two, with the room that a case needs.
type goroutines struct{ array func() []float64 }

func (g *goroutines) close() error { return nil }

func (g *goroutines) measure(ctx context.Context, j job) (*sample, error) {
	switch j.kind {
	case kindRoundtrip:
		p := newPool(1, 0, nil)
		defer p.close()
		return j.timed(ctx, func(i uint64) (uint64, error) { return p.both(i, 1), nil })
	case kindForkJoin:
		p := newPool(2, 2, nil)
		defer p.close()
		return j.timed(ctx, func(i uint64) (uint64, error) { return p.both(2*i, 2), nil })
	case kindSum:
		p := newPool(2, inFlight, g.array())
		defer p.close()
		return j.counted(ctx, 1, func(_, _ uint64) (uint64, error) { return p.pass(j.part / 8), nil })
	}
	p := newPool(1, inFlight, nil)
	defer p.close()
	return j.counted(ctx, chunk, func(from, n uint64) (uint64, error) { return p.stream(from, n), nil })
}

// both hands n tasks over and takes their results.
func (p *pool) both(from, n uint64) (sum uint64) {
	for i := range n {
		p.in <- message{x: from + i}
	}
	for range n {
		sum += <-p.out
	}
	return sum
}

func (p *pool) stream(from, n uint64) (sum uint64) {
	for i := range n + inFlight {
		if i >= inFlight {
			sum += <-p.out
		}
		if i < n {
			p.in <- message{x: from + i}
		}
	}
	return sum
}

// pass hands the partitions over as fast as they are taken.
func (p *pool) pass(each int) (sum uint64) {
	n, under := len(p.array)/each, 0
	for i := range n {
		if under == inFlight {
			sum += <-p.out
			under--
		}
		p.in <- message{part: p.array[i*each : (i+1)*each]}
		under++
	}
	for range under {
		sum += <-p.out
	}
	return sum
}

// waitGroup starts two goroutines each time.
type waitGroup struct{ array func() []float64 }

func (g *waitGroup) close() error { return nil }

func (g *waitGroup) measure(ctx context.Context, j job) (*sample, error) {
	if j.kind == kindForkJoin {
		return j.timed(ctx, func(i uint64) (uint64, error) {
			var wg sync.WaitGroup
			var a, b uint64
			wg.Go(func() { a = triple(2 * i) })
			wg.Go(func() { b = triple(2*i + 1) })
			wg.Wait()
			return a + b, nil
		})
	}
	array := g.array()
	return j.counted(ctx, 1, func(_, _ uint64) (uint64, error) { return claimed(array, j.part/8), nil })
}

// claimed is the sum of an array by two goroutines that claim partitions by a counter.
func claimed(array []float64, each int) uint64 {
	var wg sync.WaitGroup
	var next atomic.Int64
	var sum atomic.Uint64
	n := int64(len(array) / each)
	for range 2 {
		wg.Go(func() {
			mine := 0.0
			for i := next.Add(1) - 1; i < n; i = next.Add(1) - 1 {
				mine += kernels.Sum(array[int(i)*each : int(i+1)*each])
			}
			sum.Add(uint64(mine))
		})
	}
	wg.Wait()
	return sum.Load()
}
