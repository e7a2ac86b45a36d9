//go:build linux

package futex_test

import (
	"math"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// asleepOn is how many threads of all processes sleep on the word: so many can be
// requeued from the word to itself, which changes nothing.
func asleepOn(word *atomic.Uint32) int {
	const opRequeue = 3
	n, _, errno := unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), opRequeue,
		0, math.MaxInt32, uintptr(unsafe.Pointer(word)), 0)
	if errno != 0 {
		panic("futex: requeue: " + errno.Error())
	}
	return int(n)
}
