//go:build linux

package limits

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// System calls that package unix has the constants for, and no functions.

// landlockVersion is the version of Landlock that this kernel has.
func landlockVersion() (int, error) {
	v, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	return int(v), orNil(errno)
}

// landlockCreate makes a set of rules, in which these accesses are refused but where a rule
// allows them.
func landlockCreate(handled uint64) (rules int, err error) {
	attr := unix.LandlockRulesetAttr{Access_fs: handled}
	// The first field alone is what version 1 knew.
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr.Access_fs), 0)
	return int(fd), orNil(errno)
}

// landlockAllow adds a rule for all below a descriptor.
func landlockAllow(rules, fd int, access uint64) error {
	attr := unix.LandlockPathBeneathAttr{Allowed_access: access, Parent_fd: int32(fd)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(rules), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&attr)), 0, 0, 0)
	return orNil(errno)
}

// landlockRestrict takes the rules upon this thread.
func landlockRestrict(rules int) error {
	_, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(rules), 0, 0)
	return orNil(errno)
}

// seccomp installs a filter in all threads of this process. If a thread has a filter that
// this one has not, its number comes back.
func seccomp(program []unix.SockFilter) (thread int, err error) {
	prog := unix.SockFprog{Len: uint16(len(program)), Filter: unsafe.SliceData(program)}
	n, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&prog)))
	return int(n), orNil(errno)
}

func orNil(errno unix.Errno) error {
	if errno == 0 {
		return nil
	}
	return errno
}
