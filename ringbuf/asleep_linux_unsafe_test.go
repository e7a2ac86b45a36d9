//go:build linux

package ringbuf

import (
	"math"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// untilAsleep returns when n threads sleep on the word: so many can be requeued from the word to
// itself, which changes nothing.
func untilAsleep(word *atomic.Uint32, n int) {
	const opRequeue = 3
	for {
		got, _, errno := unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), opRequeue,
			0, math.MaxInt32, uintptr(unsafe.Pointer(word)), 0)
		if errno != 0 {
			panic("ringbuf: requeue: " + errno.Error())
		}
		if int(got) == n {
			return
		}
		time.Sleep(100 * time.Microsecond)
	}
}
