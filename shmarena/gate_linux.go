package shmarena

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A Sweep removes the name of an arena that has no members; somebody may be
// opening it at the same moment. So whoever opens by name holds the gate, a
// byte of the file, shared while it joins, and a Sweep holds it exclusively
// while it looks for members and removes the name. Having the gate, the opener
// looks whether the file still has a name.

// gatePatience bounds the wait for a Sweep, which holds the gate for a few
// system calls unless it was stopped in between. Tests shorten it.
var gatePatience = 2 * time.Second

// joinNamed joins an arena that was opened by name, inside the gate. A file that
// lost its name meanwhile is fs.ErrNotExist.
func (at *attachment) joinNamed(lock *os.File, join func(*os.File) error) error {
	if err := enterGate(lock); err != nil {
		return errors.Join(err, lock.Close())
	}
	_, _, linked, err := backingOf(at.file.f)
	if err == nil && !linked {
		err = fs.ErrNotExist
	}
	if err != nil {
		return errors.Join(err, lock.Close())
	}
	if err := join(lock); err != nil {
		return err
	}
	return lockBytes(lock, unix.F_UNLCK, lockGate, 1)
}

// enterGate takes the gate for an opener.
func enterGate(lock *os.File) error {
	deadline := time.Now().Add(gatePatience)
	for {
		err := lockBytes(lock, unix.F_RDLCK, lockGate, 1)
		if !isErrno(err, unix.EAGAIN, unix.EACCES) {
			return err
		}
		if time.Now().After(deadline) {
			return ErrBusy
		}
		time.Sleep(time.Millisecond)
	}
}

// lockReader takes a reader's lock.
func lockReader(lock *os.File) error { return lockBytes(lock, unix.F_RDLCK, lockReaders, 1) }

// lockBytes takes or gives up a lock on bytes of the file, without waiting.
func lockBytes(f *os.File, kind int16, start, n int64) error {
	fl := unix.Flock_t{Type: kind, Start: start, Len: n}
	return os.NewSyscallError("fcntl", unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &fl))
}
