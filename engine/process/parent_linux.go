package process

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// endWithParent remembers the one call that counts.
var endWithParent = sync.OnceValue(watchParent)

// EndWithParent is called by a child process, first of all. From then on the process is
// ended, by SIGKILL and without any clean-up of its own, when the process that started it
// dies, however that dies. It also marks the descriptors that the process was started
// with close-on-exec, so that programs which it starts in turn do not get them, and with
// Command.IgnoreInterrupt it ignores SIGINT and returns to the parent's process group.
//
// A child of Start is killed by the kernel anyway in most cases; this covers the rest,
// named in the package's documentation. With Command.Lifeline it watches the process that
// called Start, whatever stands between the two. Otherwise it watches its direct parent,
// and returns errors.ErrUnsupported if that is not visible from this PID namespace.
// Repeated calls return the result of the first.
func EndWithParent() error {
	aware.Store(true)
	return endWithParent()
}

// watchParent opens what tells of the parent's death and leaves a goroutine asleep on it.
func watchParent() error {
	closeOnExec(firstFile)
	rejoinGroup()
	line, err := findLifeline()
	if err == nil && line == nil {
		line, err = openParent()
	}
	if err != nil {
		return fmt.Errorf("process: end with parent: %w", err)
	}
	_ = unix.SetNonblock(int(line.fd), true) // else SetReadDeadline tells
	file := os.NewFile(line.fd, "lifeline")
	if err := file.SetReadDeadline(time.Time{}); err != nil {
		return errors.Join(fmt.Errorf("process: end with parent: %w", err), file.Close())
	}
	go sleepAndDie(file)
	return nil
}

// lifeline is a pidfd of the process whose death ends this one.
type lifeline struct{ fd uintptr }

// rejoinGroup returns to the group of the process that called Start, after Ctrl-C has lost
// its effect here. It fails harmlessly if the group is gone or of another session.
func rejoinGroup() {
	text, ok := os.LookupEnv(groupEnv)
	if !ok {
		return
	}
	signal.Ignore(os.Interrupt)
	if group, err := strconv.Atoi(text); err == nil && group > 0 {
		_ = unix.Setpgid(0, group)
	}
	_ = os.Unsetenv(groupEnv) // fails for no name of ours
}

// findLifeline returns the descriptor that Start passed, or nil if it passed none. The
// variable is removed: it is about this process only.
func findLifeline() (*lifeline, error) {
	text, ok := os.LookupEnv(lifelineEnv)
	if !ok {
		return nil, nil
	}
	if err := os.Unsetenv(lifelineEnv); err != nil {
		return nil, err
	}
	fd, err := strconv.Atoi(text)
	if err != nil || fd < firstFile {
		return nil, fmt.Errorf("%s=%q is no descriptor: %w", lifelineEnv, text, unix.EBADF)
	}
	// Signal 0 to something that is no pidfd is EBADF; whatever else it says, it is one.
	if err := unix.PidfdSendSignal(fd, 0, nil, 0); errors.Is(err, unix.EBADF) {
		return nil, fmt.Errorf("%s: descriptor %d: %w", lifelineEnv, fd, err)
	}
	return &lifeline{uintptr(fd)}, nil
}

// openParent opens a pidfd of the direct parent. The parent's number is looked at again
// afterwards: if it is unchanged, the parent lived all the time, and the pidfd is its own.
func openParent() (*lifeline, error) {
	ppid := unix.Getppid()
	if ppid == 0 {
		return nil, fmt.Errorf("parent is in another PID namespace: %w", errors.ErrUnsupported)
	}
	fd, err := unix.PidfdOpen(ppid, 0)
	if unix.Getppid() != ppid {
		die() // the parent died under our eyes
	}
	if err != nil {
		return nil, fmt.Errorf("pidfd_open parent %d: %w", ppid, err)
	}
	return &lifeline{uintptr(fd)}, nil
}

// sleepAndDie sleeps until the lifeline's process is dead, then ends this one.
func sleepAndDie(file *os.File) {
	conn, err := file.SyscallConn()
	if err == nil {
		err = conn.Read(dead)
	}
	if err != nil {
		panic("process: lifeline lost")
	}
	die()
}

// dead reports whether the process behind a pidfd has ended.
func dead(pidfd uintptr) bool {
	fds := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n == 1
}

// die ends this process at once. A process cannot kill itself if it is the first of its
// PID namespace; then it exits.
func die() {
	_ = unix.Kill(unix.Getpid(), unix.SIGKILL)
	os.Exit(1)
}

// Inherited returns the file that this process's parent passed as Command.Files[i], marked
// close-on-exec. The caller owns it; ask once for each.
func Inherited(i int, name string) (*os.File, error) {
	fd := firstFile + i
	if i < 0 {
		return nil, fmt.Errorf("process: inherited file %d: %w", i, unix.EBADF)
	}
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFD, unix.FD_CLOEXEC); err != nil {
		return nil, fmt.Errorf("process: inherited file %d (descriptor %d): %w", i, fd, err)
	}
	return os.NewFile(uintptr(fd), name), nil
}
