package ringbuf

import (
	"errors"
	"fmt"
	"io/fs"
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

// removeStale removes the socket of a listener that is no more. Anything else stays, and makes bind
// fail.
func removeStale(path string) error {
	if stale, err := isStale(path); !stale {
		return err
	}
	return os.Remove(path)
}

// isStale reports whether path is the socket of a listener that is no more: the kernel refuses to
// connect to it.
func isStale(path string) (bool, error) {
	st, err := os.Lstat(path)
	switch {
	case os.IsNotExist(err):
		return false, nil
	case err != nil:
		return false, err
	case st.Mode()&os.ModeSocket == 0:
		return false, nil
	}
	c, err := net.Dial("unix", path)
	if err == nil {
		_ = c.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED), nil
}

// SweepListeners returns the names of the sockets in a folder whose listeners are no more, killed as a
// rule, and removes them if remove is set. A folder that is not there holds none. A listener that lives
// sees a client that leaves at once.
func SweepListeners(folder string, remove bool) (dead []string, err error) {
	unlock, err := lockFolder(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("sweep listeners: %w", err)
	}
	defer unlock()
	files, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("sweep listeners: %w", err)
	}
	for _, f := range files {
		path := filepath.Join(folder, f.Name())
		stale, err := isStale(path)
		if stale && remove {
			err = os.Remove(path)
		}
		if err != nil {
			return dead, fmt.Errorf("sweep listeners: %w", err)
		}
		if stale {
			dead = append(dead, f.Name())
		}
	}
	return dead, nil
}
