package ringbuf

import "golang.org/x/sys/unix"

// Commands of membarrier(2).
const (
	membarrierGlobalExpedited         = 1 << 1
	membarrierRegisterGlobalExpedited = 1 << 2
)

// registerBarrier makes this process a receiver of other processes' barriers. It waits for a grace
// period of the kernel, about 10 ms.
func registerBarrier() bool {
	_, _, e := unix.Syscall(unix.SYS_MEMBARRIER, membarrierRegisterGlobalExpedited, 0, 0)
	return e == 0
}

// heavyBarrier makes every running thread of every registered process pass through a full memory
// barrier, this thread too. It says false where the kernel refuses.
func heavyBarrier() bool {
	_, _, e := unix.Syscall(unix.SYS_MEMBARRIER, membarrierGlobalExpedited, 0, 0)
	return e == 0
}
