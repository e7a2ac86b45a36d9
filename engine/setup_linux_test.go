package engine

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// dieNow ends this process without any clean-up.
func dieNow() {
	_ = unix.Kill(os.Getpid(), unix.SIGKILL)
	select {}
}

// stopNow stops this process; it returns when somebody continues it. The signal goes
// to this very thread: one to the process may be taken by another thread, while this
// one goes on for a while.
func stopNow() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	_ = unix.Tgkill(os.Getpid(), unix.Gettid(), unix.SIGSTOP)
}

func continueProcess(pid int) error { return unix.Kill(pid, unix.SIGCONT) }

func killProcess(pid int) error { return unix.Kill(pid, unix.SIGKILL) }

func stopProcess(pid int) error { return unix.Kill(pid, unix.SIGSTOP) }
