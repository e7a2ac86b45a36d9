package member

import (
	"errors"
	"io"

	"golang.org/x/sys/unix"
)

// try locks the byte at off unless another description has it locked.
func (l *lockFile) try(off int64) (bool, error) {
	err := l.control(unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart, Start: off, Len: 1})
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
		return false, nil
	}
	return err == nil, err
}

// unlock releases the byte at off.
func (l *lockFile) unlock(off int64) error {
	return l.control(unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_UNLCK, Whence: io.SeekStart, Start: off, Len: 1})
}

// held reports whether another description has any of n bytes from off locked.
func (l *lockFile) held(off int64, n int) (bool, error) {
	lk := unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart, Start: off, Len: int64(n)}
	if err := l.control(unix.F_OFD_GETLK, &lk); err != nil {
		return false, err
	}
	return lk.Type != unix.F_UNLCK, nil
}

// control runs the command with the descriptor kept open meanwhile.
func (l *lockFile) control(cmd int, lk *unix.Flock_t) error {
	var err error
	if e := l.raw.Control(func(fd uintptr) { err = unix.FcntlFlock(fd, cmd, lk) }); e != nil {
		return e
	}
	return err
}
