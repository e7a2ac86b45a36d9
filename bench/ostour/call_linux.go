package ostour

import (
	"context"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const (
	callBatches = 50
	calls       = 200 // in a batch
)

// callFunction calls what the compiler must not inline.
func (s *stage) callFunction(context.Context) (outcome, error) {
	return s.counted(func(o *outcome) {
		sum := 0
		for i := range calls {
			sum = add(sum, i)
		}
		if sum == calls*(calls-1)/2 {
			o.Did += calls
		}
	})
}

//go:noinline
func add(a, b int) int { return a + b }

func (s *stage) callGetppid(context.Context) (outcome, error) {
	parent := uintptr(os.Getppid())
	return s.counted(func(o *outcome) {
		for range calls {
			if got, _, _ := unix.RawSyscall(unix.SYS_GETPPID, 0, 0, 0); got == parent {
				o.Did++
			}
		}
	})
}

// callGetppidGo tells the scheduler, as every call does that may block.
func (s *stage) callGetppidGo(context.Context) (outcome, error) {
	parent := uintptr(os.Getppid())
	return s.counted(func(o *outcome) {
		for range calls {
			if got, _, _ := unix.Syscall(unix.SYS_GETPPID, 0, 0, 0); got == parent {
				o.Did++
			}
		}
	})
}

// counted times batches that count what they did.
func (s *stage) counted(batch func(*outcome)) (outcome, error) {
	return s.pinned(s.cpus[0], func() (outcome, error) {
		o := outcome{Want: callBatches * calls}
		o.Values = timed(callBatches, calls, func(int) { batch(&o) })
		return o, nil
	})
}

func (s *stage) clockNow(context.Context) (outcome, error) {
	last := time.Now()
	return s.counted(func(o *outcome) {
		for range calls {
			if now := time.Now(); !now.Before(last) {
				last = now
				o.Did++
			}
		}
	})
}

func (s *stage) clockCall(context.Context) (outcome, error) {
	var last int64
	return s.counted(func(o *outcome) {
		var ts unix.Timespec
		for range calls {
			if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err == nil && ts.Nano() >= last {
				last = ts.Nano()
				o.Did++
			}
		}
	})
}
