package stepkill

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/shmengine/shmengine/internal/reexec"
	"golang.org/x/sys/unix"
)

// The marks around a region are calls that fail and that nobody else makes: close
// of these descriptors.
const (
	markBegin = 0x5157_0001
	markEnd   = 0x5157_0002
)

// called is Region on the thread whose calls are counted.
func called(c *reexec.Child, f func()) {
	c.Say(fmt.Sprintf(ready, unix.Gettid(), 0, 0))
	if got := c.Hear(); got != attached {
		c.Fatalf("stepkill: child %q heard %q before its region", c.Name(), got)
	}
	_ = unix.Close(markBegin)
	f()
	_ = unix.Close(markEnd)
}

// traceCalls starts a child, kills it at stop k of its region or at the region's
// end, and says where that was.
func traceCalls(tb *scope, cfg Config, k int) (Point, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	x := &tracee{cfg: cfg}
	x.proc = reexec.Start(tb, cfg.Child, reexec.Options{
		Args: cfg.Args, Files: cfg.Files,
		Env: append([]string{env + "=" + inCalls, "GOMAXPROCS=1", "GOGC=off"}, cfg.Env...),
	})
	x.watchdog = time.AfterFunc(lifetime, func() {
		x.late.Store(true)
		end(x.proc.PID())
	})
	p, err := x.toCall(k)
	x.kill()
	if x.late.Load() {
		err = fmt.Errorf("its region still ran after %v", lifetime)
	}
	if err != nil {
		err = fmt.Errorf("%w; its output:\n%s", err, x.proc.Output())
	}
	return p, err
}

// toCall takes the child to stop k of its region.
func (x *tracee) toCall(k int) (Point, error) {
	for n := 0; n < 3; {
		var from, to uintptr
		n, _ = fmt.Sscanf(x.proc.Hear(), ready, &x.tid, &from, &to)
	}
	ok, err := halt(x.tid)
	if err == nil && ok {
		err = ptrace(unix.PTRACE_SETOPTIONS, x.tid, 0, unix.PTRACE_O_EXITKILL|unix.PTRACE_O_TRACESYSGOOD)
	}
	if err != nil || !ok {
		return Point{}, errors.Join(err, errors.New("its thread is gone"))
	}
	x.proc.Say(attached)
	for stop, inside := -1, false; ; {
		nr, fd, err := x.nextCall()
		switch {
		case err != nil:
			return Point{}, err
		case nr == unix.SYS_CLOSE && fd == markBegin:
			inside = true
		case nr == unix.SYS_CLOSE && fd == markEnd:
			return Point{K: stop + 1, End: true}, nil
		case inside && nr >= 0 && !quiet[nr]: // -1: a signal's handler returns
			if stop++; stop == k {
				return Point{K: k, Call: when[stop%2] + callName(nr)}, nil
			}
		}
	}
}

// nextCall lets the thread go on to where it enters or leaves a system call, and
// returns which one, with its first argument.
func (x *tracee) nextCall() (nr int, first uint64, err error) {
	for {
		if err := x.resume(unix.PTRACE_SYSCALL); err != nil {
			return 0, 0, err
		}
		ws, err := wait(x.tid)
		if err != nil {
			return 0, 0, err
		}
		if ws.Stopped() && ws.StopSignal() == unix.SIGTRAP|0x80 {
			var regs unix.PtraceRegs
			if err := unix.PtraceGetRegs(x.tid, &regs); err != nil {
				return 0, 0, os.NewSyscallError("ptrace", err)
			}
			return int(regs.Orig_rax), regs.Rdi, nil
		}
		if _, err := x.note(ws); err != nil {
			return 0, 0, err
		}
	}
}

// quiet are calls in which nothing happens that lasts, and of which the runtime
// makes now more, now less.
var quiet = map[int]bool{
	unix.SYS_FUTEX: true, unix.SYS_SCHED_YIELD: true, unix.SYS_NANOSLEEP: true, unix.SYS_TGKILL: true,
	unix.SYS_GETPID: true, unix.SYS_GETTID: true, unix.SYS_RT_SIGRETURN: true, unix.SYS_RT_SIGPROCMASK: true, unix.SYS_EPOLL_PWAIT: true,
}

// when says where a stop is: they alternate.
var when = [2]string{"before ", "after "}

var callNames = map[int]string{
	unix.SYS_OPENAT: "openat", unix.SYS_CLOSE: "close", unix.SYS_FSTAT: "fstat", unix.SYS_NEWFSTATAT: "newfstatat",
	unix.SYS_LSTAT: "lstat", unix.SYS_STATFS: "statfs", unix.SYS_FSTATFS: "fstatfs", unix.SYS_MMAP: "mmap", unix.SYS_MUNMAP: "munmap",
	unix.SYS_MPROTECT: "mprotect", unix.SYS_MADVISE: "madvise", unix.SYS_FTRUNCATE: "ftruncate", unix.SYS_FALLOCATE: "fallocate",
	unix.SYS_FCNTL: "fcntl", unix.SYS_LINKAT: "linkat", unix.SYS_UNLINKAT: "unlinkat", unix.SYS_UNLINK: "unlink", unix.SYS_PREAD64: "pread64",
	unix.SYS_READ: "read", unix.SYS_READLINKAT: "readlinkat", unix.SYS_FLOCK: "flock", unix.SYS_GETDENTS64: "getdents64",
	unix.SYS_MEMFD_CREATE: "memfd_create", unix.SYS_FCHMOD: "fchmod", unix.SYS_SYSINFO: "sysinfo", unix.SYS_CLONE: "clone",
	unix.SYS_PIDFD_OPEN: "pidfd_open", unix.SYS_EPOLL_CTL: "epoll_ctl", unix.SYS_EPOLL_CREATE1: "epoll_create1", unix.SYS_EVENTFD2: "eventfd2", unix.SYS_GETEUID: "geteuid",
}

func callName(nr int) string {
	if name := callNames[nr]; name != "" {
		return name
	}
	return fmt.Sprintf("system call %d", nr)
}
