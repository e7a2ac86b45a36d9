package shmarena

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/shmengine/shmengine/internal/member"
	"golang.org/x/sys/unix"
)

// Sweep removes the arenas of this user in /dev/shm all of whose members and
// readers are dead, and says which. An arena is dead when no process holds a lock
// in its whole range of members, nor that of readers; the kernel gives such locks up when a process ends,
// however it ends, and not when it is merely stopped. Files that are not
// arenas, that belong to another user, or that another version of this
// package made are left alone.
//
// A named arena that everybody closed is dead in this sense: do not sweep
// where arenas are to wait for a next process.
//
// Sweeps of one user follow each other by a lock on shmarena-UID.lock in
// [os.TempDir], which stays there; a Sweep that cannot have it is [ErrBusy].
func Sweep() (Report, error) {
	var r Report
	lock, err := sweepLock()
	if err != nil {
		return r, fmt.Errorf("shmarena: sweep: %w", err)
	}
	defer lock.Close()
	files, err := os.ReadDir(shmDir)
	if err != nil {
		return r, fmt.Errorf("shmarena: sweep: %w", err)
	}
	var errs []error
	for _, e := range files {
		if name, ok := strings.CutPrefix(e.Name(), filePrefix); ok && validName(name) == nil {
			errs = append(errs, r.sweep(name))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return r, fmt.Errorf("shmarena: sweep: %w", err)
	}
	return r, nil
}

// sweepLock takes this user's lock, for the life of the file it returns.
func sweepLock() (*os.File, error) {
	path := fmt.Sprintf("%s/shmarena-%d.lock", os.TempDir(), os.Geteuid())
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, err
	}
	deadline := time.Now().Add(gatePatience)
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if time.Now().After(deadline) {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w: %w", path, err, ErrBusy)
		}
		time.Sleep(time.Millisecond)
	}
}

// sweep removes one arena if it is dead.
func (r *Report) sweep(name string) error {
	n, err := openRetry(shmPath(name), unix.O_RDWR|unix.O_NOFOLLOW|unix.O_CLOEXEC|unix.O_NONBLOCK)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		r.Foreign++
		return nil
	}
	f := os.NewFile(uintptr(n), shmPath(name))
	defer f.Close() // gives the gate up, too
	geo, ok := ownArena(f)
	if !ok {
		r.Foreign++
		return nil
	}
	if err := lockBytes(f, unix.F_WRLCK, lockGate, 1); err != nil {
		r.Live++ // somebody is attaching
		return nil
	}
	alive, err := anyAttached(f, geo.members)
	if err != nil {
		return err
	}
	if alive {
		r.Live++
		return nil
	}
	return r.remove(name, f)
}

// anyAttached reports whether an arena has members or readers. f must not be what
// one of them holds its lock by.
func anyAttached(f *os.File, members int) (bool, error) {
	alive, err := member.AnyAlive(f, lockBase, members)
	if alive || err != nil {
		return alive, err
	}
	return byteHeld(f, lockReaders)
}

// byteHeld reports whether another description has a byte locked.
func byteHeld(f *os.File, at int64) (bool, error) {
	fl := unix.Flock_t{Type: unix.F_WRLCK, Start: at, Len: 1}
	err := unix.FcntlFlock(f.Fd(), unix.F_OFD_GETLK, &fl)
	return fl.Type != unix.F_UNLCK, os.NewSyscallError("fcntl", err)
}

// ownArena reports whether a file is an arena of this user and version.
func ownArena(f *os.File) (geometry, bool) {
	var st unix.Stat_t
	if unix.Fstat(int(f.Fd()), &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || int(st.Uid) != os.Geteuid() {
		return geometry{}, false
	}
	_, geo, err := readHeader(f, st.Size)
	return geo, err == nil
}

// remove unlinks a dead arena; the gate is held.
func (r *Report) remove(name string, f *os.File) error {
	file, _, linked, err := backingOf(f)
	if err != nil || !linked {
		return err
	}
	held, err := file.held()
	if err != nil {
		return err
	}
	err = unlinkOwn(name, file.id)
	if err == nil {
		r.Removed = append(r.Removed, Swept{name, int64(held)})
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
