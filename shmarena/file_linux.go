package shmarena

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

var errnoNoSpace error = unix.ENOSPC

// reserveChunk bounds one fallocate: a signal undoes the whole of a call that
// it interrupts, so a long one might never get done.
const reserveChunk = 16 << 20

// backingFile is the open file of an arena: what is mapped, reserved, punched
// and passed to children. It carries no locks.
type backingFile struct {
	f  *os.File
	id fileID
}

// reopen makes a second description of the same file, for locks only.
func (b backingFile) reopen(acc access) (*os.File, error) { return reopen(b.f.Fd(), acc) }

// reopen makes a new description of an open file.
func reopen(fd uintptr, acc access) (*os.File, error) {
	path := fdPath(fd)
	n, err := openRetry(path, acc.mode()|unix.O_CLOEXEC|unix.O_NONBLOCK)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(n), path), nil
}

// fdPath is a path to an open file.
func fdPath(fd uintptr) string { return "/proc/self/fd/" + strconv.FormatUint(uint64(fd), 10) }

// backingOf looks at an open file that is to be an arena, and says how long it
// is and whether any name leads to it.
func backingOf(f *os.File) (b backingFile, size int64, linked bool, err error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return b, 0, false, os.NewSyscallError("fstat", err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return b, 0, false, fmt.Errorf("not a regular file: %w", ErrMagic)
	}
	id := fileID{uint64(st.Dev), uint64(st.Ino)}
	return backingFile{f, id}, st.Size, st.Nlink > 0, nil
}

// reserve makes sure that the kernel has pages for a part of the file.
func (b backingFile) reserve(off, n uint64) error {
	for n > 0 {
		step := min(n, reserveChunk)
		err := unix.Fallocate(int(b.f.Fd()), 0, int64(off), int64(step))
		switch {
		case err == unix.EINTR:
			continue
		case err == unix.ENOSPC || err == unix.ENOMEM:
			return &NoSpaceError{
				Op: "reserve", Asked: int64(n), Free: -1, Largest: -1, Cap: -1,
				Backing: b.available(), Where: b.where(),
			}
		case err != nil:
			return os.NewSyscallError("fallocate", err)
		}
		off, n = off+step, n-step
	}
	return nil
}

// hold makes sure that the tables are there, which in a copy of an arena may be
// holes. Who cannot write can only see that as much is held as the creator
// reserved.
func (b backingFile) hold(tables uint64, acc access) error {
	if acc == writable {
		return b.reserve(0, tables)
	}
	held, err := b.held()
	if err == nil && held < tables {
		err = fmt.Errorf("the file holds %d bytes, its tables need %d: %w", held, tables, ErrCorrupt)
	}
	return err
}

// release punches a hole: the pages go back to the system, here and in every
// other process, and the hole reads as zero.
func (b backingFile) release(off, n uint64) error {
	const mode = unix.FALLOC_FL_PUNCH_HOLE | unix.FALLOC_FL_KEEP_SIZE
	for {
		err := unix.Fallocate(int(b.f.Fd()), mode, int64(off), int64(n))
		if err != unix.EINTR {
			return os.NewSyscallError("fallocate", err)
		}
	}
}

// held is how many bytes of the file the kernel has pages for.
func (b backingFile) held() (uint64, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(b.f.Fd()), &st); err != nil {
		return 0, os.NewSyscallError("fstat", err)
	}
	return uint64(st.Blocks) * 512, nil
}

// available is what the filesystem of the file has free, or -1 where it has no
// bound of its own.
func (b backingFile) available() int64 {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(b.f.Fd()), &st); err != nil || st.Blocks == 0 {
		return -1
	}
	return int64(st.Bavail) * st.Bsize
}

func (b backingFile) where() string {
	if b.isMemfd() {
		return "memory"
	}
	return shmDir
}

// isMemfd reports whether the file is a memfd; the kernel tells it by the path
// only, since files in a tmpfs have seals as well (that they cannot get more).
func (b backingFile) isMemfd() bool {
	path, err := os.Readlink(fdPath(b.f.Fd()))
	return err == nil && strings.HasPrefix(path, "/memfd:")
}

func (b backingFile) backing() Backing {
	if b.isMemfd() {
		return BackingMemfd
	}
	return BackingShm
}

func (b backingFile) close() error { return b.f.Close() }

// isErrno reports whether err is one of the errnos.
func isErrno(err error, errnos ...unix.Errno) bool {
	for _, e := range errnos {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
