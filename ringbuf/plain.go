package ringbuf

import (
	"sync"
	"sync/atomic"
)

// Plain publications, and why no wake is lost.
//
// The stamp hands the value over: its store is a release, its load an acquire. head hands the slot
// back in the same way. On amd64 TryPush and TryPop store them by one MOV, in an assembly stub,
// once a handle has earned it (1,024 publications): Go's own atomic store is an XCHG, which waits
// until the line has arrived. A stream of single messages that the consumer keeps up with was 1.2
// to 1.9 times faster for it (two pinned processes, 2 vCPU Xeon at 2.8 GHz, medians of the rounds in
// which neither was preempted); a round trip was not. A batch is handed over, and given back, by
// one XCHG, where no difference was seen above the noise; the stamps before it are MOVs. Elsewhere,
// with -race and with the tag purego all of them are Go's atomics: that is the one difference
// between the builds.
//
// A MOV leaves one order open that sleeping needs: publish, then look at the parked flag. x86 may
// take the look before the publication is visible, and a wake would be lost. The order is brought
// by whoever goes to sleep, which is rare: it sets the flag, asks the kernel for a barrier in every
// thread that publishes in this way (membarrier, MEMBARRIER_CMD_GLOBAL_EXPEDITED), looks at the
// ring once more, and sleeps. For each publication there are then two cases. It came before the
// barrier in its thread: the sleeper's look sees it. It came after: so did its look at the flag,
// which sees the flag. A process publishes by MOV only after the kernel has registered it as a
// receiver of such barriers, and says so in a word that it stores with an XCHG: a sleeper that set
// its flag and still read 0 there is seen by everything after that XCHG. Where the kernel refuses
// to register, publications stay fenced; where it refuses the sleeper alone (a sandbox), the
// sleeper polls, at 1 to 50 ms. The tests explore a model of this protocol with store buffers,
// exhaustively, and show that each piece is needed.

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
