//go:build linux

package process

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// statusOffset is where a SIGCHLD siginfo has si_status: after three ints, padded to the
// alignment of the union that follows, then si_pid and si_uid.
const statusOffset = (3*4+unsafe.Sizeof(uintptr(0))-1)&^(unsafe.Sizeof(uintptr(0))-1) + 8

// childStatus returns si_status, the exit code or signal number of a child that ended.
// x/sys does not name the fields of the union; the kernel's layout is ABI.
func childStatus(info *unix.Siginfo) int32 {
	return *(*int32)(unsafe.Add(unsafe.Pointer(info), statusOffset))
}
