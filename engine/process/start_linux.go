package process

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	selfExe      = "/proc/self/exe"
	errNoEntry   = unix.ENOENT
	sigTerminate = unix.SIGTERM
)

// nursery is the one goroutine from which all children are created. It is locked to its
// thread and never ends, because a child's parent-death signal is sent when the thread
// that created it ends.
var nursery struct {
	once sync.Once
	jobs chan func()
}

// inNursery runs f on the nursery's thread.
func inNursery(f func()) {
	nursery.once.Do(func() {
		nursery.jobs = make(chan func())
		go nurse(nursery.jobs)
	})
	done := make(chan struct{})
	nursery.jobs <- func() {
		defer close(done)
		f()
	}
	<-done
}

// nurse runs jobs on one thread for the life of the program.
func nurse(jobs <-chan func()) {
	runtime.LockOSThread()
	for f := range jobs {
		f()
	}
}

// start does the work of Start.
func start(c *Command) (*Process, error) {
	path, err := c.find()
	if err != nil {
		return nil, err
	}
	p := &Process{name: c.title(), tail: new(tail), done: make(chan struct{})}
	k := kit{p: p}
	defer k.close()
	if err := k.pack(c); err != nil {
		k.abandon()
		return nil, err
	}
	if err := k.launch(c, path); err != nil {
		k.abandon()
		return nil, err
	}
	for _, s := range p.streams {
		go s.pump()
	}
	p.enter()
	go p.reap()
	return p, nil
}

// launch creates the process.
func (k *kit) launch(c *Command, path string) error {
	pidfd := -1
	attr := &syscall.ProcAttr{
		Dir: c.Dir,
		Env: c.environ(os.Environ(), unix.Getpgrp()),
		Sys: &syscall.SysProcAttr{
			Pdeathsig: syscall.SIGKILL,
			PidFD:     &pidfd,
			Setpgid:   c.IgnoreInterrupt,
		},
	}
	return withFDs(k.files, nil, func(fds []uintptr) error {
		attr.Files = fds
		var err error
		inNursery(func() {
			closeOnExec(firstFile)
			k.p.pid, err = syscall.ForkExec(path, c.argv(), attr)
		})
		if err != nil {
			return err
		}
		return k.p.adopt(pidfd)
	})
}

// adopt makes the pidfd of a new child waitable. If it cannot be (a kernel without
// pidfds), the child is killed and reaped: nothing is left that cannot be supervised.
func (p *Process) adopt(pidfd int) error {
	err := errors.New("kernel gives no waitable pidfd")
	if pidfd >= 0 {
		_ = unix.SetNonblock(pidfd, true) // else SetReadDeadline tells
		p.handle = os.NewFile(uintptr(pidfd), "pidfd")
		if err = p.handle.SetReadDeadline(time.Time{}); err == nil {
			return nil
		}
		_ = p.handle.Close()
	}
	// The child cannot have been reaped by anybody yet, so its number is still its own.
	_ = unix.Kill(p.pid, unix.SIGKILL)
	for {
		if _, werr := unix.Wait4(p.pid, nil, 0, nil); !errors.Is(werr, unix.EINTR) {
			return fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
		}
	}
}

// closeOnExec marks every descriptor from first up. It is best effort: an old seccomp
// profile may refuse close_range, and Go's own descriptors are marked from birth.
func closeOnExec(first uint) {
	_ = unix.CloseRange(first, ^uint(0), unix.CLOSE_RANGE_CLOEXEC)
}

// signal sends sig through the pidfd. The file counts its users, so the reaper's Close
// waits for the call, and a later call finds it closed.
func (p *Process) signal(sig os.Signal) error {
	number, ok := sig.(syscall.Signal)
	if !ok {
		return fmt.Errorf("not a signal of this system: %w", unix.EINVAL)
	}
	conn, err := p.handle.SyscallConn()
	if err != nil {
		return os.ErrProcessDone
	}
	var sent error
	if err := conn.Control(func(fd uintptr) {
		sent = unix.PidfdSendSignal(int(fd), number, nil, 0)
	}); err != nil || errors.Is(sent, unix.ESRCH) {
		return os.ErrProcessDone
	}
	return sent
}
