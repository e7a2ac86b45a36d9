package ring

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// involuntary is how often threads of this process had to leave their CPU so far.
func involuntary() int64 {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return int64(u.Nivcsw)
}

// newMemory makes the memory of the twin, zeroed.
func newMemory(size int64) (*os.File, error) {
	fd, err := unix.MemfdCreate("shmbench-ring", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	f := os.NewFile(uintptr(fd), "rings")
	if err := unix.Fallocate(fd, 0, 0, size); err != nil {
		return nil, errors.Join(os.NewSyscallError("fallocate", err), f.Close())
	}
	return f, nil
}

// socketBuffer is what the sockets ask for each way; the system may give less.
const socketBuffer = 4 << 20

// newUnix makes a pair of Unix sockets that block.
func newUnix() (a, b *os.File, err error) {
	fd, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	for _, one := range fd {
		_ = unix.SetsockoptInt(one, unix.SOL_SOCKET, unix.SO_SNDBUF, socketBuffer)
		_ = unix.SetsockoptInt(one, unix.SOL_SOCKET, unix.SO_RCVBUF, socketBuffer)
	}
	return os.NewFile(uintptr(fd[0]), "unix"), os.NewFile(uintptr(fd[1]), "unix"), nil
}

// newTCP makes both ends of a connection over the loopback, which block and do not delay.
func newTCP() (a, b *os.File, err error) {
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, nil, fmt.Errorf("listen on the loopback: %w", err)
	}
	defer l.Close()
	one, err := net.DialTCP("tcp", nil, l.Addr().(*net.TCPAddr))
	if err != nil {
		return nil, nil, err
	}
	defer one.Close()
	two, err := l.AcceptTCP()
	if err != nil {
		return nil, nil, err
	}
	defer two.Close()
	if a, err = fileOf(one); err != nil {
		return nil, nil, err
	}
	if b, err = fileOf(two); err != nil {
		return nil, nil, errors.Join(err, a.Close())
	}
	return a, b, nil
}

func fileOf(c *net.TCPConn) (*os.File, error) {
	if err := c.SetNoDelay(true); err != nil {
		return nil, err
	}
	f, err := c.File()
	if err != nil {
		return nil, err
	}
	return f, os.NewSyscallError("fcntl", unix.SetNonblock(int(f.Fd()), false))
}
