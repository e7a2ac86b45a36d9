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

	// probeAt is when a burning waiter yields once, to see whether somebody else wants
	// its CPU: by then a peer that runs would have come.
	probeAt = Window / 2
	// A yield that takes longer than busyYield has let somebody else run.
	busyYield = 5 * time.Microsecond
	// noticed is for how long a process takes the machine to be crowded after it
	// noticed; idleYields in a row that let nobody run end it before.
	noticed    = 20 * time.Millisecond
	idleYields = 16

	warmSteps  = 6   // steps of 1, 2, 4 ... 32 PAUSE: 63 in all
	burnPauses = 32  // PAUSE per step after that
	yields     = 200 // sched_yield calls when crowded
)

var (
	crowded   atomic.Bool
	singleCPU = runtime.NumCPU() == 1
	epoch     = time.Now()

	// crowdedUntil is until when, in nanoseconds since epoch, this process takes the
	// machine to be crowded because it has noticed so.
	crowdedUntil atomic.Int64

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
// SetCrowded said last, or what they have noticed themselves, and always on a
// machine (or CPU set) of one CPU.
func Crowded() bool { return told() || elapsed() < crowdedUntil.Load() }

// told is Crowded without what was noticed.
func told() bool { return singleCPU || crowded.Load() }

func elapsed() int64 { return int64(time.Since(epoch)) }

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
	step   uint32
	alone  bool  // one P: the peer may be a goroutine that waits for this one's P
	probed bool  // has yielded to see whether the machine is crowded
	idle   uint8 // yields in a row that let nobody run
	end    int64 // when the window ends, in nanoseconds since epoch; 0 = not begun
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
	if s.idle++; probe() {
		s.idle = 0
	}
	if s.idle >= idleYields {
		crowdedUntil.Store(0)
	}
	return true
}

// probe yields once, and reports whether somebody else ran meanwhile: then there
// are more who can run than CPUs.
func probe() bool {
	begin := elapsed()
	OSYield()
	end := elapsed()
	if end-begin < int64(busyYield) {
		return false
	}
	crowdedUntil.Store(end + int64(noticed))
	return true
}

// burn spins until the window has passed.
func (s *Spinner) burn() bool {
	now := elapsed()
	if s.overAt(now, Window) {
		return false
	}
	if !s.probed && now >= s.end-int64(Window-probeAt) {
		s.probed = true
		probe()
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
func (s *Spinner) over(window time.Duration) bool { return s.overAt(elapsed(), window) }

func (s *Spinner) overAt(now int64, window time.Duration) bool {
	if s.end == 0 {
		s.end = now + int64(window)
		s.alone = runtime.GOMAXPROCS(0) == 1
	}
	return now >= s.end
}
