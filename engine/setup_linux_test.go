package engine

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

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

// stopProcess stops a process, and returns when each of its threads stands: one takes the
// signal, and the others go on until they hear of it.
func stopProcess(pid int) error {
	if err := unix.Kill(pid, unix.SIGSTOP); err != nil {
		return err
	}
	for {
		running, err := runningThreads(pid)
		if err != nil || running == 0 {
			return err
		}
		time.Sleep(time.Millisecond)
	}
}

// runningThreads counts the threads of a process that are not stopped.
func runningThreads(pid int) (n int, err error) {
	stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(stats) == 0 {
		return 0, errors.Join(err, unix.ESRCH)
	}
	for _, name := range stats {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		if _, state, _ := bytes.Cut(b, []byte(") ")); !bytes.HasPrefix(state, []byte("T")) {
			n++
		}
	}
	return n, nil
}
