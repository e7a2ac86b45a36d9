package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// NewFileConn returns this process's end of a connection, and the file of the other one,
// for Command.Files; close that here when the child has been started.
func NewFileConn() (here *FileConn, there *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("process: file connection: socketpair: %w", err)
	}
	there = os.NewFile(uintptr(fds[1]), "files")
	if here, err = connOf(os.NewFile(uintptr(fds[0]), "files")); err != nil {
		return nil, nil, errors.Join(err, there.Close())
	}
	return here, there, nil
}

// InheritedFileConn is the child's end of a connection that is Command.Files[i].
func InheritedFileConn(i int) (*FileConn, error) {
	f, err := Inherited(i, "files")
	if err != nil {
		return nil, err
	}
	return connOf(f)
}

// connOf takes over a socket.
func connOf(f *os.File) (*FileConn, error) {
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, fmt.Errorf("process: file connection: %w", err)
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		return nil, errors.Join(errors.New("process: file connection: not a Unix socket"), c.Close())
	}
	return newFileConn(u), nil
}

// A message begins with a byte: an empty one would look like the end.
const noteHead = 1

func (c *FileConn) send(ctx context.Context, note []byte, files []*os.File) error {
	if err := enter(ctx, c.sends); err != nil {
		return fmt.Errorf("process: send files: %w", err)
	}
	defer func() { <-c.sends }()
	data := append(make([]byte, noteHead), note...)
	err := withFDs(files, nil, func(fds []uintptr) error {
		rights := make([]int, len(fds))
		for i, fd := range fds {
			rights[i] = int(fd)
		}
		oob := unix.UnixRights(rights...)
		return c.when(ctx, syscall.RawConn.Write, c.c.SetWriteDeadline, func(s int) error {
			return unix.Sendmsg(s, data, oob, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
		})
	})
	if err != nil {
		return fmt.Errorf("process: send %d files: %w", len(files), err)
	}
	return nil
}

func (c *FileConn) receive(ctx context.Context) (note []byte, files []*os.File, err error) {
	if err := enter(ctx, c.receives); err != nil {
		return nil, nil, fmt.Errorf("process: receive files: %w", err)
	}
	defer func() { <-c.receives }()
	data, oob := make([]byte, noteHead+MaxNote), make([]byte, unix.CmsgSpace(4*MaxFiles))
	var n, oobn, flags int
	err = c.when(ctx, syscall.RawConn.Read, c.c.SetReadDeadline, func(s int) (err error) {
		n, oobn, flags, _, err = unix.Recvmsg(s, data, oob, unix.MSG_DONTWAIT|unix.MSG_CMSG_CLOEXEC)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("process: receive files: %w", err)
	}
	files, err = received(oob[:oobn])
	switch {
	case err != nil:
	case n == 0 && len(files) == 0:
		return nil, nil, io.EOF
	case flags&unix.MSG_CTRUNC != 0:
		err = fmt.Errorf("%d files came, others were lost: %w", len(files), unix.EMFILE)
	case n < noteHead || flags&unix.MSG_TRUNC != 0:
		err = unix.EMSGSIZE
	case len(files) == 0:
		return data[noteHead:n], nil, ErrNoFiles
	default:
		return data[noteHead:n], files, nil
	}
	for _, f := range files {
		_ = f.Close() // nothing was written there
	}
	return nil, nil, fmt.Errorf("process: receive files: %w", err)
}

// received is the files of control messages. They are close-on-exec from the first moment.
func received(oob []byte) (files []*os.File, err error) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, os.NewSyscallError("recvmsg", err)
	}
	for _, m := range messages {
		fds, err := unix.ParseUnixRights(&m)
		if err != nil {
			continue // of another kind
		}
		for _, fd := range fds {
			files = append(files, os.NewFile(uintptr(fd), "received"))
		}
	}
	return files, nil
}

// when does f, at once or when the socket is ready for it, until ctx ends.
func (c *FileConn) when(ctx context.Context, wait func(syscall.RawConn, func(uintptr) bool) error, until func(time.Time) error, f func(s int) error) error {
	conn, err := c.c.SyscallConn()
	if err != nil {
		return err
	}
	again := func(s uintptr) bool {
		for {
			if err = f(int(s)); !errors.Is(err, unix.EINTR) {
				return !errors.Is(err, unix.EAGAIN)
			}
		}
	}
	if cerr := conn.Control(func(s uintptr) { again(s) }); cerr != nil {
		return os.ErrClosed
	}
	if !errors.Is(err, unix.EAGAIN) {
		return err
	}
	over := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		_ = until(time.Unix(1, 0))
		close(over)
	})
	werr := wait(conn, again)
	if !stop() {
		<-over
		_ = until(time.Time{})
	}
	switch {
	case werr == nil:
		return err
	case errors.Is(werr, os.ErrDeadlineExceeded):
		return ctx.Err()
	}
	return os.ErrClosed
}
