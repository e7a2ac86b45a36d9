package ringbuf

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestLenWhilePassing: Len is within 0 and Cap while others push and pop, and 0 behind them.
func TestLenWhilePassing(t *testing.T) {
	x, y, z := heapPair(t, 4), heapCrowd(t, Options{Capacity: 4}), heapBytes(t, 1<<10, false)
	record := make([]byte, 24)
	var v, w message
	for name, p := range map[string]passage{
		"spsc":  {x.Cap(), x.Len, func() error { return x.p.TryPush(message{}) }, func() error { return x.c.TryPop(&v) }},
		"mpmc":  {y.Cap(), y.Len, func() error { return y.s.TryPush(message{}) }, func() error { return y.c.TryPop(&w) }},
		"bytes": {z.Cap(), z.Len, func() error { return z.p.TryPush(record) }, func() error { _, err := z.c.TryPop(make([]byte, 24)); return err }},
	} {
		t.Run(name, p.run)
	}
}

// passage is a ring that messages pass through.
type passage struct {
	most      int
	len       func() int
	push, pop func() error
}

func (p passage) run(t *testing.T) {
	const messages = 20_000
	var wg sync.WaitGroup
	var left atomic.Int32
	left.Store(2)
	for early, step := range map[error]func() error{ErrFull: p.push, ErrEmpty: p.pop} {
		wg.Go(func() {
			defer left.Add(-1)
			for n := 0; n < messages; {
				switch err := step(); err {
				case nil:
					n++
				case early:
					runtime.Gosched()
				default:
					t.Errorf("message %d: %v", n, err)
					return
				}
			}
		})
	}
	// On one CPU they pass a few messages each time that the one who looks is interrupted, in the
	// midst of a look perhaps. After a hundred times it lets them.
	begin := time.Now()
	for looks := 0; left.Load() > 0; looks++ {
		if n := p.len(); n < 0 || n > p.most {
			t.Errorf("look %d: Len %d, Cap %d", looks, n, p.most)
			break
		}
		if looks%256 == 255 && time.Since(begin) > time.Second {
			runtime.Gosched()
		}
	}
	wg.Wait()
	if n := p.len(); n != 0 {
		t.Errorf("at the end: Len %d", n)
	}
}
