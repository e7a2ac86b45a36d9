package shmarena

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Create makes an arena and attaches it. With a name, it becomes visible to
// others when it is complete and not before, whatever kills this process when.
//
// Errors: [ErrArgument]; fs.ErrExist for a name that is taken; [ErrNoSpace]
// if /dev/shm (or for a memfd, the machine) could not hold the arena when it
// is full; errors of the kernel.
func Create(o Options) (*Arena, error) {
	a, err := createArena(o)
	if err != nil {
		return nil, fmt.Errorf("shmarena: create: %w", err)
	}
	return a, nil
}

func createArena(o Options) (*Arena, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if !hostFits() {
		return nil, fmt.Errorf("arenas need a 64-bit little-endian machine: %w", errors.ErrUnsupported)
	}
	if o.Name != "" && nameTaken(o.Name) { // spares the work; linking is what decides
		return nil, exist("arena", o.Name)
	}
	registry.attaching.Lock()
	defer registry.attaching.Unlock()
	at, notice, err := create(o)
	if err != nil {
		return nil, err
	}
	register(at)
	at.name = o.Name
	return at.newHandle(notice), nil
}

func nameTaken(name string) bool {
	var st unix.Stat_t
	return unix.Lstat(shmPath(name), &st) == nil
}

// Open attaches the arena of that name.
//
// Errors: [ErrArgument], fs.ErrNotExist, fs.ErrPermission, [ErrMagic],
// [ErrVersion], [ErrPlatform], [ErrLayout], [ErrCorrupt], [ErrSize] if the
// file was cut short, [ErrFull] if it has no place for another member, [ErrBusy]
// if this process has it attached read-only.
func Open(name string) (*Arena, error) { return openFor(name, writable) }

func openFor(name string, acc access) (*Arena, error) {
	a, err := openArena(name, acc)
	if err != nil {
		return nil, fmt.Errorf("shmarena: open arena %q: %w", name, err)
	}
	return a, nil
}

func openArena(name string, acc access) (*Arena, error) {
	if err := validName(name); err != nil {
		return nil, err
	}
	path := shmPath(name)
	n, err := openRetry(path, acc.mode()|unix.O_NOFOLLOW|unix.O_CLOEXEC|unix.O_NONBLOCK)
	if err != nil {
		return nil, err
	}
	return attachFile(os.NewFile(uintptr(n), path), name, acc)
}

func openRetry(path string, flags int) (int, error) {
	for {
		n, err := unix.Open(path, flags, 0)
		if err == nil {
			return n, nil
		}
		if err != unix.EINTR {
			return -1, &os.PathError{Op: "open", Path: path, Err: err}
		}
	}
}

// attachFile returns a handle on the arena in f, which it takes over: on the
// attachment that there is, or on a new one.
func attachFile(f *os.File, name string, acc access) (*Arena, error) {
	if !hostFits() {
		return nil, errors.Join(errors.ErrUnsupported, f.Close())
	}
	registry.attaching.Lock()
	defer registry.attaching.Unlock()
	file, _, _, err := backingOf(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	at := registry.byFile[file.id]
	if at != nil {
		err = errors.Join(f.Close(), at.fits(acc))
	} else if at, err = attach(f, name != "", acc); err == nil {
		register(at)
	}
	if err != nil {
		return nil, err
	}
	if name != "" {
		at.name = name
	}
	return at.newHandle(""), nil
}

// FromFD attaches the arena whose file is open as fd, such as a descriptor that
// came from a parent process or over a socket. It opens the file anew for its
// own use: fd stays the caller's, to be closed at any time. The handle has no
// name, unless this process has opened the arena by name already. Errors are
// those of [Open]; it needs /proc.
func FromFD(fd uintptr) (*Arena, error) { return fromFD(fd, writable) }

func fromFD(fd uintptr, acc access) (*Arena, error) {
	f, err := reopen(fd, acc)
	if err != nil {
		return nil, fmt.Errorf("shmarena: from descriptor %d: %w", fd, err)
	}
	a, err := attachFile(f, "", acc)
	if err != nil {
		return nil, fmt.Errorf("shmarena: from descriptor %d: %w", fd, err)
	}
	return a, nil
}

// OpenOrCreate opens the arena of that name, or creates it. Of any number of
// processes that do so at once one is the creator, and all get the same
// complete arena. An arena that is there but smaller than o.Size is [ErrSize].
func OpenOrCreate(o Options) (*Arena, error) {
	if o.Name == "" {
		return nil, fmt.Errorf("shmarena: open or create: %w", argument("no name"))
	}
	for range openOrCreateTries {
		a, err := Create(o)
		if !errors.Is(err, fs.ErrExist) {
			return a, err
		}
		a, err = Open(o.Name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed in between
		}
		if err == nil && a.Cap() < o.Size {
			err = fmt.Errorf("shmarena: arena %q holds %d bytes, not %d: %w", o.Name, a.Cap(), o.Size, ErrSize)
			return nil, errors.Join(err, a.Close())
		}
		return a, err
	}
	return nil, fmt.Errorf("shmarena: open or create arena %q: created and removed all the time: %w", o.Name, ErrBusy)
}

// openOrCreateTries bounds a race that somebody would have to lose on purpose.
const openOrCreateTries = 1000
