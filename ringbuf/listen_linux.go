package ringbuf

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// bind makes the socket. Who dials a path needs write permission to it: it is the user's alone.
func bind(address string) (*net.UnixListener, error) {
	addr := &net.UnixAddr{Name: address, Net: "unix"}
	if strings.HasPrefix(address, "@") {
		return net.ListenUnix("unix", addr)
	}
	unlock, err := lockFolder(filepath.Dir(address))
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := removeStale(address); err != nil {
		return nil, err
	}
	l, err := net.ListenUnix("unix", addr)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(address, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// lockFolder keeps others of us from binding in the folder: of two that find the same dead socket,
// the second would remove what the first has made in its place.
func lockFolder(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX)
		if err != unix.EINTR {
			break
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return func() { _ = f.Close() }, nil
}

// removeStale removes the socket of a listener that is no more: the kernel refuses to connect to it.
// Anything else stays, and makes bind fail.
func removeStale(path string) error {
	st, err := os.Lstat(path)
	switch {
	case os.IsNotExist(err):
		return nil
	case err != nil:
		return err
	case st.Mode()&os.ModeSocket == 0:
		return nil
	}
	c, err := net.Dial("unix", path)
	if err == nil {
		_ = c.Close()
		return nil
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return os.Remove(path)
	}
	return nil
}
