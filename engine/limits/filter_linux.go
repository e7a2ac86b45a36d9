package limits

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// filter has the calls of the set fail, in all threads of this process.
func (c Calls) filter() error {
	program, err := c.program()
	if err != nil {
		return err
	}
	// Without it a filter needs a privilege: a program that gains others could be misled by it.
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return os.NewSyscallError("prctl", err)
	}
	thread, err := seccomp(program)
	if err != nil {
		return os.NewSyscallError("seccomp", err)
	}
	if thread != 0 {
		return fmt.Errorf("seccomp: thread %d has a filter of its own", thread)
	}
	return nil
}

// Offsets in what a filter looks at (struct seccomp_data).
const (
	dataCall = 0
	dataArch = 4
)

// program is the filter as the kernel wants it: the number of the call is compared with
// each of the set, one after the other.
//
//	load the architecture     is it ours? else kill: the numbers mean something else
//	load the number           from firstForeign up: refuse
//	equal to a call? -> refuse, for each
//	allow
//	refuse with EPERM
func (c Calls) program() ([]unix.SockFilter, error) {
	if auditArch == 0 {
		return nil, fmt.Errorf("filter of system calls: %w on this architecture", errors.ErrUnsupported)
	}
	calls := c.numbers()
	n := len(calls)
	const load, jumpEqual, jumpFrom, ret = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K,
		unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	p := []unix.SockFilter{
		{Code: load, K: dataArch},
		{Code: jumpEqual, Jt: 1, K: auditArch},
		{Code: ret, K: unix.SECCOMP_RET_KILL_PROCESS},
		{Code: load, K: dataCall},
		{Code: jumpFrom, Jt: uint8(n + 1), K: firstForeign},
	}
	for i, call := range calls {
		p = append(p, unix.SockFilter{Code: jumpEqual, Jt: uint8(n - i), K: call})
	}
	return append(p,
		unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ALLOW},
		unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)}), nil
}

// numbers are the calls of the set; fewer than a jump can pass, which is 255.
func (c Calls) numbers() (all []uint32) {
	for _, set := range []struct {
		of    Calls
		calls []uint32
	}{
		{Exec, []uint32{unix.SYS_EXECVE, unix.SYS_EXECVEAT}},
		{Network, []uint32{unix.SYS_SOCKET, unix.SYS_IO_URING_SETUP}},
		{Trace, []uint32{unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PIDFD_GETFD,
			unix.SYS_KCMP, unix.SYS_PROCESS_MADVISE, unix.SYS_PERF_EVENT_OPEN}},
		{Admin, adminCalls},
	} {
		if c&set.of != 0 {
			all = append(all, set.calls...)
		}
	}
	return all
}

var adminCalls = []uint32{
	unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT, unix.SYS_FSOPEN, unix.SYS_FSMOUNT,
	unix.SYS_MOVE_MOUNT, unix.SYS_OPEN_TREE, unix.SYS_MOUNT_SETATTR, unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_UNSHARE, unix.SYS_SETNS,
	unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE, unix.SYS_KEXEC_LOAD, unix.SYS_BPF, unix.SYS_USERFAULTFD,
	unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_REBOOT, unix.SYS_SWAPON, unix.SYS_SWAPOFF, unix.SYS_ACCT,
	unix.SYS_QUOTACTL, unix.SYS_SYSLOG, unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME, unix.SYS_SETTIMEOFDAY, unix.SYS_CLOCK_SETTIME,
	unix.SYS_ADJTIMEX, unix.SYS_CLOCK_ADJTIME,
}
