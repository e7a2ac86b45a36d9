package ringbuf

import (
	"sync"
	"sync/atomic"
)

// earnAfter is how many fenced publications a handle makes before it asks for the cheaper, plain
// ones.
const earnAfter = 1024

// earner counts fenced publications of one handle.
type earner struct{ n int }

// ready says whether this process may publish without a fence. The first handle that reaches
// earnAfter asks the kernel in the background, because the answer takes about 10 ms, once a
// process; short-lived workers never pay it.
//
//go:noinline
func (e *earner) ready() bool {
	if e.n < earnAfter {
		e.n++
		return false
	}
	registration.once.Do(func() {
		go func() { registration.done.Store(registerBarrier()) }()
	})
	return registration.done.Load()
}

var registration struct {
	once sync.Once
	done atomic.Bool
}

// goPlain tells the other side that it must bring the fence from now on. The store is an XCHG:
// whoever set its parked flag before it is seen by every later look at the bell, whoever sets it
// after sees the 1.
func goPlain(mode *atomic.Uint32) bool {
	mode.Store(1)
	return true
}
