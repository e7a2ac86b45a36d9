package spin

import "golang.org/x/sys/unix"

// OSYield gives the rest of the time slice to another thread of the machine, of
// this process or another (sched_yield).
//
// It is a system call that the Go runtime knows of: the thread may lose the CPU
// for milliseconds, and the garbage collector must not wait for that.
func OSYield() {
	_, _, _ = unix.Syscall(unix.SYS_SCHED_YIELD, 0, 0, 0)
}
