package spin

import (
	"runtime"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// pin keeps the calling goroutine on the first CPU that this process may use.
func pin(t *testing.T) {
	runtime.LockOSThread() // for good: the thread ends with the goroutine
	var all, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		t.Error(err)
		return
	}
	for cpu := range 1024 {
		if all.IsSet(cpu) {
			one.Set(cpu)
			break
		}
	}
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		t.Error(err)
	}
}

// A waiter that shares its CPU with somebody who computes notices it, and yields
// from then on; when it has the CPU to itself again it goes back to burning.
func TestNoticesACrowd(t *testing.T) {
	if singleCPU || runtime.GOMAXPROCS(0) < 2 {
		t.Skip("one CPU: always crowded")
	}
	crowdedUntil.Store(0)
	defer crowdedUntil.Store(0)
	var stop atomic.Bool
	gone, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		pin(t)
		for !stop.Load() {
		}
	}()
	go func() {
		defer close(done)
		pin(t)
		for crowdedUntil.Load() == 0 {
			waitOnce()
		}
		stop.Store(true)
		<-gone
		// Others may be at work on this CPU, too: until it is quiet for once.
		for crowdedUntil.Load() != 0 {
			waitOnce()
		}
	}()
	<-done
}

// waitOnce waits as long as a spinner does.
func waitOnce() {
	var s Spinner
	for s.Next() {
	}
}
