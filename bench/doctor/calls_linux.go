package doctor

import (
	"os"

	"golang.org/x/sys/unix"
)

// ofdLocks asks whether locks belong to descriptions: one's own is not in one's way,
// and another description's is.
func ofdLocks() Check {
	const name, advice = "OFD file locks", "who lives cannot be asked: arenas do not work here"
	m, err := newMemfd(1 << 16)
	if err != nil {
		return fail(name, err.Error(), advice)
	}
	defer m.close()
	other, err := os.OpenFile(procFD(m.fd), os.O_RDWR, 0)
	if err != nil {
		return fail(name, err.Error(), advice)
	}
	defer other.Close()
	own := unix.Flock_t{Type: unix.F_WRLCK, Start: 1 << 48, Len: 1}
	if err := unix.FcntlFlock(uintptr(m.fd), unix.F_OFD_SETLK, &own); err != nil {
		return fail(name, err.Error(), advice)
	}
	seen := unix.Flock_t{Type: unix.F_WRLCK, Start: 1 << 48, Len: 1}
	if err := unix.FcntlFlock(other.Fd(), unix.F_OFD_GETLK, &seen); err != nil || seen.Type == unix.F_UNLCK {
		return fail(name, "a lock of another description is not seen", advice)
	}
	return ok(name, "a process is alive while its lock is held")
}

func pidfd() Check {
	fd, err := unix.PidfdOpen(os.Getpid(), 0)
	if err == nil {
		err = unix.Close(fd)
	}
	return tried("pidfd", "a death is noticed at once", err, warn, "a death is noticed by a timer, up to a second later; processes cannot be supervised by engine/process")
}
