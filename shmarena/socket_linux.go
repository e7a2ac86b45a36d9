package shmarena

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

// SendTo sends the arena over a Unix socket of any type; the other side takes it
// with [Receive]. It is one message with the arena's descriptor in it, whatever
// the arena's size. The right to write goes with it, unless the arena is attached
// read-only here and the receiver's user may not open the file for writing.
//
// ctx bounds the wait for room in the socket; for that SendTo uses the write
// deadline of the connection, and clears it. Do not write to the connection
// meanwhile. Errors: [ErrClosed], ctx's, those of the socket.
func (a *Arena) SendTo(ctx context.Context, c *net.UnixConn) error {
	at, err := a.enter()
	if err != nil {
		return err
	}
	defer at.leave()
	if err := sendFile(ctx, c, at.file.f, socketNote(magic, at.id)); err != nil {
		return fmt.Errorf("shmarena: send %s: %w", a, err)
	}
	return nil
}

// Receive attaches the arena that somebody sends with [Arena.SendTo]. Nothing but
// one message of the length of those is read, and no descriptor stays open or
// goes to children, whatever was sent. ctx bounds the wait, by the connection's
// read deadline, which is cleared; a message that is there is taken even if ctx
// is done.
//
// Errors: [ErrMagic] for another message, or one without a descriptor; io.EOF
// if the other side has closed; ctx's; those of [FromFD].
func Receive(ctx context.Context, c *net.UnixConn) (*Arena, error) { return receive(ctx, c, writable) }

// ReceiveReadOnly is [Receive] for reading only; see [OpenReadOnly].
func ReceiveReadOnly(ctx context.Context, c *net.UnixConn) (*Arena, error) {
	return receive(ctx, c, readable)
}

func receive(ctx context.Context, c *net.UnixConn, acc access) (*Arena, error) {
	f, err := receiveFile(ctx, c, magic)
	if err != nil {
		return nil, fmt.Errorf("shmarena: receive: %w", err)
	}
	a, err := fromFD(f.Fd(), acc)
	return a, errors.Join(err, f.Close())
}

// sendFile sends a descriptor with its note.
func sendFile(ctx context.Context, c *net.UnixConn, f *os.File, note []byte) error {
	rights := unix.UnixRights(int(f.Fd()))
	var sent int
	err := onSocket(ctx, c, syscall.RawConn.Write, c.SetWriteDeadline, func(fd int) (err error) {
		sent, err = unix.SendmsgN(fd, note, rights, nil, unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT)
		return err
	})
	if err == nil && sent != len(note) {
		err = io.ErrShortWrite // a message of 16 bytes is never cut
	}
	return err
}

// receiveFile receives a descriptor with a note of that kind.
func receiveFile(ctx context.Context, c *net.UnixConn, kind string) (*os.File, error) {
	data, control := make([]byte, socketSize), make([]byte, unix.CmsgSpace(4))
	var n, nc int
	err := onSocket(ctx, c, syscall.RawConn.Read, c.SetReadDeadline, func(fd int) (err error) {
		n, nc, _, _, err = unix.Recvmsg(fd, data, control, unix.MSG_CMSG_CLOEXEC|unix.MSG_DONTWAIT)
		return err
	})
	if err != nil {
		return nil, err
	}
	fds := received(control[:nc])
	if n == 0 && len(fds) == 0 {
		return nil, io.EOF
	}
	if err := checkNote(data[:n], kind, len(fds)); err != nil {
		for _, f := range fds {
			f.Close()
		}
		return nil, err
	}
	return fds[0], nil
}

// received makes files of the descriptors of a message; the kernel has closed
// those for which there was no room.
func received(control []byte) (files []*os.File) {
	msgs, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return nil
	}
	for i := range msgs {
		fds, err := unix.ParseUnixRights(&msgs[i])
		if err != nil {
			continue
		}
		for _, fd := range fds {
			files = append(files, os.NewFile(uintptr(fd), "(received)"))
		}
	}
	return files
}

// onSocket makes a call that does not block: at once, whatever ctx says, and if it
// has to wait, when the socket is ready, until ctx ends. wait is one of RawConn's
// Read and Write, deadline the setter of the same direction.
func onSocket(ctx context.Context, c *net.UnixConn, wait func(syscall.RawConn, func(uintptr) bool) error,
	deadline func(time.Time) error, call func(fd int) error,
) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var errno error
	try := func(fd uintptr) bool {
		for errno = unix.EINTR; errno == unix.EINTR; {
			errno = call(int(fd))
		}
		return errno != unix.EAGAIN
	}
	ready := false
	if err := raw.Control(func(fd uintptr) { ready = try(fd) }); err != nil || ready {
		return errors.Join(err, errno)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		_ = deadline(time.Unix(1, 0)) // long ago
		close(stopped)
	})
	err = wait(raw, try)
	if !stop() {
		<-stopped
		err = errors.Join(err, deadline(time.Time{}))
	}
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		err = errno
	}
	return err
}
