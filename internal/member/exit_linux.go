package member

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// exit tells when a process has ended: a pidfd in the runtime's poller, so that
// waiting for it holds no thread.
type exit struct{ file *os.File }

func openExit(pid uint32) (exit, error) {
	if pid == 0 || pid > 1<<30 { // from shared memory; no pid is that large
		return exit{}, fmt.Errorf("member: no process has pid %d", pid)
	}
	fd, err := unix.PidfdOpen(int(pid), unix.PIDFD_NONBLOCK)
	if err != nil {
		return exit{}, fmt.Errorf("member: pidfd of %d: %w", pid, err)
	}
	return exit{os.NewFile(uintptr(fd), "pidfd")}, nil
}

func (e exit) close() { _ = e.file.Close() }

// wait sleeps until the process has ended, reaped or not, or ctx has. It is
// false if it cannot wait.
func (e exit) wait(ctx context.Context) bool {
	raw, err := e.file.SyscallConn()
	if err != nil {
		return false
	}
	defer context.AfterFunc(ctx, e.close)()
	err = raw.Read(func(fd uintptr) bool { return ended(int32(fd)) })
	return err == nil || ctx.Err() != nil
}

// ended reports whether the pidfd is readable now.
func ended(fd int32) bool {
	poll := []unix.PollFd{{Fd: fd, Events: unix.POLLIN}}
	for {
		n, err := unix.Poll(poll, 0)
		if err != unix.EINTR {
			return n > 0 || err != nil
		}
	}
}
