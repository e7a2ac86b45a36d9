package process

import (
	"context"
	"errors"
	"os"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// set is the descriptors that one Wait watches: copies, so that nobody can close them
// meanwhile and give their numbers away, in an epoll that Go's poller watches in turn. The
// waiting goroutine so needs no thread.
type set struct {
	poll  *os.File
	own   []int // the copies
	ready []int // indices of what is ready without being watched
}

// waitFirst does the work of Wait.
func waitFirst(ctx context.Context, on []syscall.Conn) ([]int, error) {
	s := &set{}
	defer s.close()
	if err := s.open(); err != nil {
		return nil, err
	}
	for i, o := range on {
		if err := s.add(i, o); err != nil {
			return nil, err
		}
	}
	ready, err := s.wait(ctx, len(on))
	for _, i := range ready {
		if p, ok := on[i].(*Process); ok {
			<-p.done // it is dead, and its reaper never blocks
		}
	}
	return ready, err
}

func (s *set) open() error {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	_ = unix.SetNonblock(fd, true) // else SetReadDeadline tells
	s.poll = os.NewFile(uintptr(fd), "wait")
	return s.poll.SetReadDeadline(time.Time{})
}

func (s *set) close() {
	if s.poll != nil {
		_ = s.poll.Close() // nothing was written there
	}
	for _, fd := range s.own {
		_ = unix.Close(fd)
	}
}

// add watches object i.
func (s *set) add(i int, o syscall.Conn) error {
	p, isProcess := o.(*Process)
	conn, err := o.SyscallConn()
	if err != nil {
		if isProcess { // it has ended, and is being reaped if it is not yet
			s.ready = append(s.ready, i)
			return nil
		}
		return err
	}
	var inner error
	err = conn.Control(func(fd uintptr) { inner = s.watch(i, int(fd)) })
	switch {
	case err == nil:
		return inner
	case isProcess && p != nil:
		s.ready = append(s.ready, i)
		return nil
	}
	return os.ErrClosed // package os does not say so here
}

// watch adds a copy of a descriptor. What cannot be polled, a regular file, is always ready.
func (s *set) watch(i, fd int) error {
	own, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	s.own = append(s.own, own)
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP, Fd: int32(i)}
	inner := s.control(func(poll int) error { return unix.EpollCtl(poll, unix.EPOLL_CTL_ADD, own, &event) })
	if errors.Is(inner, unix.EPERM) {
		s.ready = append(s.ready, i)
		return nil
	}
	return os.NewSyscallError("epoll_ctl", inner)
}

// control calls f with the epoll's descriptor.
func (s *set) control(f func(poll int) error) (err error) {
	conn, err := s.poll.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	err = conn.Control(func(fd uintptr) { inner = f(int(fd)) })
	return errors.Join(err, inner)
}

// wait looks, and sleeps in the poller while nothing is ready.
func (s *set) wait(ctx context.Context, n int) ([]int, error) {
	if ready := s.look(n); len(ready) > 0 {
		return ready, nil
	}
	stop := context.AfterFunc(ctx, func() { _ = s.poll.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	conn, err := s.poll.SyscallConn()
	if err != nil {
		return nil, err
	}
	var ready []int
	err = conn.Read(func(uintptr) bool {
		ready = s.look(n)
		return len(ready) > 0
	})
	if len(ready) > 0 {
		return ready, nil
	}
	return nil, errors.Join(ctx.Err(), unlessDeadline(err))
}

// unlessDeadline drops what the end of the context made of the read.
func unlessDeadline(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return err
}

// look returns what is ready now.
func (s *set) look(n int) []int {
	ready := slices.Clone(s.ready)
	events := make([]unix.EpollEvent, max(n, 1))
	_ = s.control(func(poll int) error {
		got, err := unix.EpollWait(poll, events, 0)
		for errors.Is(err, unix.EINTR) {
			got, err = unix.EpollWait(poll, events, 0)
		}
		for _, e := range events[:max(got, 0)] {
			ready = append(ready, int(e.Fd))
		}
		return err
	})
	slices.Sort(ready)
	return ready
}

// conn gives access to the pidfd.
func (p *Process) conn() (syscall.RawConn, error) { return p.handle.SyscallConn() }
