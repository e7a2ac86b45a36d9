package futex

import (
	"runtime"
	"time"
)

// pauseABit lets others run: at first the scheduler, then for a millisecond.
func pauseABit(i int) {
	if i < 100 {
		runtime.Gosched()
		return
	}
	time.Sleep(time.Millisecond)
}
