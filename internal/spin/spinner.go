package spin

import (
	"runtime"
	"sync/atomic"
	"time"
)

const (
	// Window is how long a Spinner burns when the machine is not crowded: a
	// little more than it takes to wake a halted CPU. With a shorter window two
	// peers fall into a stable rhythm of sleeping and waking each other.
	Window = 50 * time.Microsecond

	// yieldWindow bounds yielding, when the machine is crowded: 200 round trips of
	// two processes that share a CPU. If the CPU went to somebody who computes, the
	// first yield takes longer than that, and being woken is the quicker way back.
	yieldWindow = 600 * time.Microsecond

	warmSteps  = 6   // steps of 1, 2, 4 ... 32 PAUSE: 63 in all
	burnPauses = 32  // PAUSE per step after that
	yields     = 200 // sched_yield calls when crowded
)

var (
	crowded   atomic.Bool
	singleCPU = runtime.NumCPU() == 1
	epoch     = time.Now()

	// waiting is how many goroutines of this process are in a step after the
	// warm ones; at most maxWaiting may be. A crowd of goroutines that each waits
	// its window would keep the CPUs from the one of them that they wait for.
	waiting    atomic.Int32
	maxWaiting = int32(max(1, runtime.NumCPU()-1))
)

// SetCrowded tells this process whether as many workers can run as there are
// CPUs, or more. It is a hint: it changes how waiting is done, never what is
// waited for.
func SetCrowded(yes bool) {
	if crowded.Load() != yes { // keep the line shared while nothing changes
		crowded.Store(yes)
	}
}

// Crowded reports whether waiters give the CPU away instead of burning it: what
// SetCrowded said last, and always on a machine (or CPU set) of one CPU.
func Crowded() bool { return singleCPU || crowded.Load() }

// Spinner is one wait before parking. The zero value is ready.
//
//	var s spin.Spinner
//	for !ready() {
//		if !s.Next() {
//			park()
//			s.Reset()
//		}
//	}
type Spinner struct {
	step  uint32
	alone bool  // one P: the peer may be a goroutine that waits for this one's P
	end   int64 // when the window ends, in nanoseconds since epoch; 0 = not begun
}

// Reset begins a new wait.
func (s *Spinner) Reset() { *s = Spinner{} }

// Next does one bounded step of waiting: a few pauses or one yield. It returns
// false, without waiting, when it is time to park: after the window, or because
// enough others of this process wait already.
func (s *Spinner) Next() bool {
	n := s.step
	s.step++
	if n < warmSteps {
		Pause(1 << n)
		Checkpoint()
		return true
	}
	if waiting.Add(1) > maxWaiting {
		waiting.Add(-1)
		return false
	}
	defer waiting.Add(-1)
	if Crowded() {
		return s.yield(n)
	}
	return s.burn()
}

// yield gives the CPU away, to other goroutines and to other processes.
func (s *Spinner) yield(n uint32) bool {
	if n >= warmSteps+yields || s.over(yieldWindow) {
		return false
	}
	runtime.Gosched()
	OSYield()
	return true
}

// burn spins until the window has passed.
func (s *Spinner) burn() bool {
	if s.over(Window) {
		return false
	}
	Pause(burnPauses)
	if s.alone {
		runtime.Gosched()
	} else {
		Checkpoint()
	}
	return true
}

// over begins the window when it is called first, and says when it has passed.
func (s *Spinner) over(window time.Duration) bool {
	now := int64(time.Since(epoch))
	if s.end == 0 {
		s.end = now + int64(window)
		s.alone = runtime.GOMAXPROCS(0) == 1
	}
	return now >= s.end
}
