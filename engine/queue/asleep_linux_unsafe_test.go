//go:build linux

package queue

import (
	"context"
	"math"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// asleep says whether so many threads sleep on the word: they can be requeued from the word to itself, which
// changes nothing.
func asleep(word *atomic.Uint32, n int) bool {
	const opRequeue = 3
	got, _, errno := unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), opRequeue,
		0, math.MaxInt32, uintptr(unsafe.Pointer(word)), 0)
	if errno != 0 {
		panic("queue: requeue: " + errno.Error())
	}
	return int(got) == n
}

// untilAsleep returns when a thread sleeps on the word, or the context has ended.
func untilAsleep(ctx context.Context, word *atomic.Uint32) {
	for !asleep(word, 1) && ctx.Err() == nil {
		time.Sleep(100 * time.Microsecond)
	}
}
