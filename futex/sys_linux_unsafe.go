//go:build linux

package futex

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Operations of futex(2). None is private: words lie in shared mappings.
const (
	opWaitBitset = 9 // absolute time-out, CLOCK_MONOTONIC
	opWakeBitset = 10
)

// aligned reports whether word may be given to the kernel.
func aligned(word *atomic.Uint32) bool { return uintptr(unsafe.Pointer(word))&3 == 0 }

// sysWait sleeps while *word == old, until it is woken for one of bits or the
// monotonic clock shows until (0 = never). It never reads the word itself: on
// memory that is gone the kernel returns an error where a load would fault.
//
// Syscall6 tells the Go scheduler that the thread sleeps. With RawSyscall6 the
// next garbage collection would wait for the wake, and all goroutines with it.
func sysWait(word *atomic.Uint32, old, bits uint32, until time.Duration) error {
	var limit *unix.Timespec
	if until > 0 {
		ts := unix.NsecToTimespec(int64(until))
		limit = &ts
	}
	for {
		_, _, errno := unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), opWaitBitset,
			uintptr(old), uintptr(unsafe.Pointer(limit)), 0, uintptr(bits))
		switch errno {
		case 0:
			return nil
		case unix.EINTR: // the limit is absolute: begin again
		case unix.EAGAIN:
			return ErrAgain
		case unix.ETIMEDOUT:
			return context.DeadlineExceeded
		case unix.EFAULT, unix.EINVAL:
			return fmt.Errorf("wait: %w (%w)", ErrAddress, errno)
		default:
			return fmt.Errorf("futex: wait: %w", errno)
		}
	}
}

// sysWake wakes up to n threads that sleep on word with one of bits.
func sysWake(word *atomic.Uint32, n int, bits uint32) (int, error) {
	woken, _, errno := unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), opWakeBitset,
		uintptr(n), 0, 0, uintptr(bits))
	switch errno {
	case 0:
		return int(woken), nil
	case unix.EFAULT, unix.EINVAL:
		return 0, fmt.Errorf("wake: %w (%w)", ErrAddress, errno)
	default:
		return 0, fmt.Errorf("futex: wake: %w", errno)
	}
}

// now reads the clock that sysWait's until refers to, in this process's time
// namespace.
func now() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		panic("futex: no monotonic clock")
	}
	return time.Duration(ts.Nano())
}
