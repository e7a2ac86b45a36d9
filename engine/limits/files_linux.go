package limits

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// What Landlock can forbid, and since which of its versions.
const (
	toWrite = unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE |
		unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG |
		unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_MAKE_FIFO | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK | unix.LANDLOCK_ACCESS_FS_MAKE_SYM
	toRead    = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	toRefer   = unix.LANDLOCK_ACCESS_FS_REFER    // 2
	toShorten = unix.LANDLOCK_ACCESS_FS_TRUNCATE // 3

	// ofFiles are those that make sense for what is no folder.
	ofFiles = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | toShorten
)

// Paths that every program may read, or write.
var (
	alwaysReadable = []string{"/proc", "/sys", "/dev/null", "/dev/zero", "/dev/urandom", "/proc/self/exe",
		"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"}
	alwaysWritable = []string{"/dev/null"}
)

// restrict puts this thread into a Landlock domain. What Landlock of this kernel does not
// know yet is said.
func (f *Files) restrict(open []uintptr) []Item {
	version, err := landlockVersion()
	if err != nil {
		return []Item{item(fmt.Errorf("landlock: %w (kernel 5.13 or later, with Landlock switched on)", err), "%s", f.what())}
	}
	handled := f.handled(version)
	err = f.enforce(handled, open)
	it := item(err, "%s", f.what())
	if err == nil && f.NoWrites && version < 3 {
		it.Why = fmt.Sprintf("Landlock %d of this kernel cannot refuse to truncate files", version)
	}
	return []Item{it}
}

// what names the bound.
func (f *Files) what() string {
	switch {
	case !f.NoReads:
		return fmt.Sprintf("files: no writes but below %v", f.Writable)
	case !f.NoWrites:
		return fmt.Sprintf("files: no reads but below %v", f.Readable)
	}
	return fmt.Sprintf("files: no writes but below %v, no reads but below %v", f.Writable, f.Readable)
}

// handled is what is forbidden where no rule allows it.
func (f *Files) handled(version int) (access uint64) {
	if f.NoReads {
		access |= toRead
	}
	if !f.NoWrites {
		return access
	}
	access |= toWrite
	if version >= 2 {
		access |= toRefer
	}
	if version >= 3 {
		access |= toShorten
	}
	return access
}

// enforce makes the rules, and takes them upon this thread.
func (f *Files) enforce(handled uint64, open []uintptr) error {
	rules, err := landlockCreate(handled)
	if err != nil {
		return fmt.Errorf("landlock: rules: %w", err)
	}
	defer unix.Close(rules)
	for _, path := range slices.Concat(alwaysReadable, alwaysWritable) {
		err := allow(rules, path, handled&toRead)
		if err == nil && slices.Contains(alwaysWritable, path) {
			err = allow(rules, path, handled)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	for _, path := range f.Readable {
		if err := allow(rules, path, handled&toRead); err != nil {
			return err
		}
	}
	for _, path := range f.Writable {
		if err := allow(rules, path, handled); err != nil {
			return err
		}
	}
	for _, fd := range open {
		if err := allowOpen(rules, int(fd), handled&ofFiles); err != nil {
			return fmt.Errorf("landlock: descriptor %d: %w", fd, err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return os.NewSyscallError("prctl", err)
	}
	if err := landlockRestrict(rules); err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	return nil
}

// allowOpen makes an exception for a file that is open, for what it is open for.
func allowOpen(rules, fd int, access uint64) error {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	if flags&unix.O_ACCMODE == unix.O_RDONLY {
		access &= toRead
	}
	if access == 0 { // nothing that is forbidden
		return nil
	}
	// A memfd is in no folder: there is no rule for it, and none is needed.
	if err := landlockAllow(rules, fd, access); err != nil && !errors.Is(err, unix.EBADFD) {
		return err
	}
	return nil
}

// allow makes an exception for all below a path.
func allow(rules int, path string, access uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return &os.PathError{Op: "stat", Path: path, Err: err}
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		access &= ofFiles
	}
	if access == 0 { // nothing that is forbidden
		return nil
	}
	if err := landlockAllow(rules, fd, access); err != nil {
		return fmt.Errorf("landlock: allow %s: %w", path, err)
	}
	return nil
}
