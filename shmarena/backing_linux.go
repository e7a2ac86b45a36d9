package shmarena

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// shmDir is where arenas with names live. Tests put another directory here.
var shmDir = "/dev/shm"

func shmPath(name string) string { return shmDir + "/" + filePrefix + name }

// newFile makes the file of a new arena: no name leads to it yet. Without a
// name to be linked later, BackingAuto falls back to a memfd and says why.
func newFile(o Options, size uint64) (f *os.File, notice string, err error) {
	if o.Backing == BackingMemfd {
		f, err = newMemfd(size)
		return f, "", err
	}
	f, err = newShm(size)
	if err == nil || o.Backing == BackingShm || o.Name != "" {
		return f, "", err
	}
	why := err
	if f, err = newMemfd(size); err != nil {
		return nil, "", fmt.Errorf("%w; and a memfd instead: %w", why, err)
	}
	return f, fmt.Sprintf("the arena is a memfd of %d bytes, because %s cannot hold it: %v", size, shmDir, why), nil
}

// newShm opens a file without a name in /dev/shm.
func newShm(size uint64) (*os.File, error) {
	if err := shmFits(size); err != nil {
		return nil, err
	}
	for {
		n, err := unix.Open(shmDir, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0o600)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil, &os.PathError{Op: "open a file without a name (O_TMPFILE) in", Path: shmDir, Err: err}
		}
		return sized(os.NewFile(uintptr(n), shmDir+"/(arena)"), size)
	}
}

// shmFits refuses an arena that could not be filled: /dev/shm is not a tmpfs,
// or has not so much free.
func shmFits(size uint64) error {
	var st unix.Statfs_t
	if err := unix.Statfs(shmDir, &st); err != nil {
		return &os.PathError{Op: "statfs", Path: shmDir, Err: err}
	}
	if st.Type != unix.TMPFS_MAGIC {
		return fmt.Errorf("%s is not a tmpfs (type %#x)", shmDir, st.Type)
	}
	if st.Flags&unix.ST_RDONLY != 0 {
		return &os.PathError{Op: "create in", Path: shmDir, Err: unix.EROFS}
	}
	free := st.Bavail * uint64(st.Bsize)
	if st.Blocks > 0 && free < size { // no blocks: a tmpfs without a bound
		return &NoSpaceError{
			Op: "create", Asked: int64(size), Free: -1, Largest: -1, Cap: -1,
			Backing: int64(free), Where: shmDir,
		}
	}
	return nil
}

// newMemfd makes a memfd and seals its length.
func newMemfd(size uint64) (*os.File, error) {
	f, err := openMemfd("shmarena", size)
	if err != nil {
		return nil, err
	}
	if err := sealSize(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// openMemfd makes a memfd of a size, which can be sealed. A memfd has no filesystem
// that says when it is full: too much of it meets the OOM killer. So one that is
// larger than the machine's memory and swap is refused here.
func openMemfd(name string, size uint64) (*os.File, error) {
	if total := machineMemory(); total > 0 && size > total {
		return nil, &NoSpaceError{
			Op: "create", Asked: int64(size), Free: -1, Largest: -1, Cap: -1,
			Backing: int64(total), Where: "the machine (memory and swap)",
		}
	}
	const flags = unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	n, err := unix.MemfdCreate(name, flags|unix.MFD_NOEXEC_SEAL)
	if err == unix.EINVAL { // before Linux 6.3
		n, err = unix.MemfdCreate(name, flags)
	}
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	return sized(os.NewFile(uintptr(n), "memfd:"+name), size)
}

// sealSize makes the length of a memfd final, and the seals with it.
func sealSize(f *os.File) error {
	if err := unix.Fchmod(int(f.Fd()), 0o600); err != nil {
		return os.NewSyscallError("fchmod", err)
	}
	_, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL)
	return os.NewSyscallError("fcntl", err)
}

// sized gives a new file its length; it stays a hole. It closes f on error.
func sized(f *os.File, size uint64) (*os.File, error) {
	for {
		err := unix.Ftruncate(int(f.Fd()), int64(size))
		if err == nil {
			return f, nil
		}
		if err != unix.EINTR {
			f.Close()
			return nil, os.NewSyscallError("ftruncate", err)
		}
	}
}

// machineMemory is memory and swap of the machine, or 0 if it will not say.
func machineMemory() uint64 {
	var si unix.Sysinfo_t
	if unix.Sysinfo(&si) != nil {
		return 0
	}
	return (uint64(si.Totalram) + uint64(si.Totalswap)) * uint64(si.Unit)
}

// link gives a file without a name its name, unless the name is taken.
func link(f *os.File, name string) error {
	from := fdPath(f.Fd())
	err := unix.Linkat(unix.AT_FDCWD, from, unix.AT_FDCWD, shmPath(name), unix.AT_SYMLINK_FOLLOW)
	if err != nil {
		return &os.LinkError{Op: "link", Old: from, New: shmPath(name), Err: err}
	}
	return nil
}

// Unlink removes the name of an arena. Whoever has the arena attached keeps it;
// the name can be created anew at once, and then is of another arena. It is
// fs.ErrNotExist if there is no such name.
func Unlink(name string) error {
	if err := validName(name); err != nil {
		return fmt.Errorf("shmarena: unlink: %w", err)
	}
	if err := os.Remove(shmPath(name)); err != nil {
		return fmt.Errorf("shmarena: unlink arena %q: %w", name, err)
	}
	return nil
}

// unlinkOwn removes a name if it still leads to this file.
func unlinkOwn(name string, id fileID) error {
	var st unix.Stat_t
	if err := unix.Lstat(shmPath(name), &st); err != nil {
		return fmt.Errorf("shmarena: unlink arena %q: %w", name, err)
	}
	if (fileID{uint64(st.Dev), uint64(st.Ino)}) != id {
		return fmt.Errorf("shmarena: the name is of another arena: %w", notExist("unlink arena", name))
	}
	return Unlink(name)
}
