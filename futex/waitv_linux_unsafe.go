//go:build linux

package futex

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// errNoWaitv says that the kernel has no futex_waitv, or that a filter hides it.
var errNoWaitv = errors.New("futex: no futex_waitv")

// waitv is struct futex_waitv, one word of futex_waitv(2).
type waitv struct {
	val   uint64
	addr  uint64
	flags uint32
	_     uint32
}

const waitvWord = 2 // FUTEX_32, not private

var _ [24]byte = [unsafe.Sizeof(waitv{})]byte{}

// sysWaitAny sleeps while each word holds its old value, until one is woken or the
// monotonic clock shows until (0 = never), and returns the index of one that was
// woken. Like sysWait it never reads the words itself.
func sysWaitAny(words []Waiter, until time.Duration) (int, error) {
	var list [MaxWords]waitv
	for i, w := range words {
		list[i] = waitv{val: uint64(w.Old), addr: uint64(uintptr(unsafe.Pointer(w.Word))), flags: waitvWord}
	}
	var limit *[2]int64 // struct __kernel_timespec
	if until > 0 {
		limit = &[2]int64{int64(until / time.Second), int64(until % time.Second)}
	}
	for {
		i, _, errno := unix.Syscall6(unix.SYS_FUTEX_WAITV, uintptr(unsafe.Pointer(&list)), uintptr(len(words)),
			0, uintptr(unsafe.Pointer(limit)), unix.CLOCK_MONOTONIC, 0)
		runtime.KeepAlive(words) // list has them as numbers
		switch errno {
		case 0:
			return int(i), nil
		case unix.EINTR: // the limit is absolute: begin again
		case unix.EAGAIN:
			return -1, ErrAgain
		case unix.ETIMEDOUT:
			return -1, context.DeadlineExceeded
		case unix.ENOSYS, unix.EPERM:
			return -1, errNoWaitv
		case unix.EFAULT, unix.EINVAL:
			return -1, fmt.Errorf("wait: %w (%w)", ErrAddress, errno)
		default:
			return -1, fmt.Errorf("futex: wait: %w", errno)
		}
	}
}
