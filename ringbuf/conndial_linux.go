package ringbuf

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Dial connects to the Listener at the address: the path of a Unix socket, or "@" and an abstract
// name. It makes the memory of the connection and sends it; it does not wait for Accept, so that
// what is written before, even if the connection is closed then, is read there.
//
// A listener that refuses the connection closes it, as if it had died.
func Dial(ctx context.Context, address string, opt ConnOptions) (*Conn, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	var d net.Dialer
	line, err := d.DialContext(ctx, "unix", address)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	c, err := offer(line.(*net.UnixConn), opt, address)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, err)
	}
	return c, nil
}

// offer makes the memory and sends it. It closes the socket if it fails.
func offer(line *net.UnixConn, opt ConnOptions, address string) (c *Conn, err error) {
	popt := PipeOptions{Capacity: opt.filled().Capacity}
	n, err := SizePipe(popt)
	if err != nil {
		return nil, errors.Join(err, line.Close())
	}
	mem, f, err := newMemory(n)
	if err != nil {
		return nil, errors.Join(err, line.Close())
	}
	defer f.Close()
	m := &connMember{id: 1}
	end, err := offerIn(mem, popt, m)
	if err == nil {
		err = sendHello(line, f)
	}
	if err != nil {
		return nil, errors.Join(err, mem.unmap(), line.Close())
	}
	return newConn(end, mem, line, m, "", address), nil
}

func offerIn(mem memory, opt PipeOptions, m *connMember) (*PipeEnd, error) {
	p, err := NewPipe(mem, opt)
	if err != nil {
		return nil, err
	}
	return p.End(m, 0)
}

// take answers an offer. It closes the socket if it fails.
func take(line *net.UnixConn, opt ConnOptions, address string) (*Conn, error) {
	c, err := takeOffer(line, opt.filled(), address)
	if err != nil {
		return nil, errors.Join(err, line.Close())
	}
	return c, nil
}

func takeOffer(line *net.UnixConn, opt ConnOptions, address string) (*Conn, error) {
	if !opt.AnyUser {
		if err := peerAllowed(line); err != nil {
			return nil, err
		}
	}
	fd, err := receiveHello(line)
	if err != nil {
		return nil, err
	}
	mem, err := adoptMemory(fd, opt.MaxMemory)
	_ = unix.Close(fd)
	if err != nil {
		return nil, err
	}
	m := &connMember{id: 2}
	end, err := takeIn(mem, m)
	if err != nil {
		return nil, errors.Join(err, mem.unmap())
	}
	if err := line.SetDeadline(time.Time{}); err != nil { // from now on only the end comes
		return nil, errors.Join(err, mem.unmap())
	}
	return newConn(end, mem, line, m, address, ""), nil
}

func takeIn(mem memory, m *connMember) (*PipeEnd, error) {
	p, err := AttachPipe(mem)
	if err != nil {
		return nil, err
	}
	if p.rings[0] == nil || p.rings[1] == nil {
		return nil, fmt.Errorf("%w: a pipe of one direction", ErrCorrupt)
	}
	return p.End(m, 1)
}

// ConnPair is both ends of a connection in this process.
func ConnPair(opt ConnOptions) (a, b *Conn, err error) {
	if err := opt.Validate(); err != nil {
		return nil, nil, err
	}
	lines, err := socketPair()
	if err != nil {
		return nil, nil, err
	}
	if a, err = offer(lines[0], opt, "pair"); err != nil {
		return nil, nil, errors.Join(err, lines[1].Close())
	}
	opt.MaxMemory = int(^uint(0) >> 1)
	if b, err = take(lines[1], opt, "pair"); err != nil {
		return nil, nil, errors.Join(err, a.Close())
	}
	return a, b, nil
}

func socketPair() (lines [2]*net.UnixConn, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return lines, fmt.Errorf("socket pair: %w", err)
	}
	for i, fd := range fds {
		f := os.NewFile(uintptr(fd), "ringbuf-conn")
		c, ferr := net.FileConn(f)
		_ = f.Close()
		if ferr != nil {
			err = errors.Join(err, ferr)
			continue
		}
		lines[i] = c.(*net.UnixConn)
	}
	if err != nil {
		return lines, fmt.Errorf("socket pair: %w", err)
	}
	return lines, nil
}
