package shmarena

import (
	"errors"
	"fmt"
	"io/fs"
)

// The ways in which an arena can fail. Absent and taken names are
// [fs.ErrNotExist] and [fs.ErrExist]; a type that cannot be shared gives an
// error that wraps [ErrNotPOD]; away from Linux everything is
// [errors.ErrUnsupported].
var (
	// ErrNoSpace: the bytes are not there. The error is a *[NoSpaceError],
	// which holds the numbers, and wraps syscall.ENOSPC too.
	ErrNoSpace = errors.New("no space")
	// ErrClosed: the arena was closed through this handle.
	ErrClosed = errors.New("arena is closed")
	// ErrBusy: somebody else is in the way and lives: a call in flight at
	// Close, a stopped process that holds a lock, another Sweep.
	ErrBusy = errors.New("busy")
	// ErrCorrupt: bytes of the arena are not what they must be.
	ErrCorrupt = errors.New("arena is corrupt")
	// ErrMagic: the file is not an arena at all. It is also an ErrCorrupt.
	ErrMagic = fmt.Errorf("not an arena: %w", ErrCorrupt)
	// ErrVersion: the arena was made by another version of this package.
	ErrVersion = errors.New("arena has another version")
	// ErrPlatform: the arena was made for another byte order or word size.
	ErrPlatform = errors.New("arena is for another platform")
	// ErrLayout: the version is ours, but the tables in the arena are laid out
	// otherwise than in this build.
	ErrLayout = errors.New("arena has another layout")
	// ErrSize: the arena is smaller than its header says, or than was asked for.
	ErrSize = errors.New("arena has the wrong size")
	// ErrBadFree: not a live block of this arena: freed before, or an offset
	// that no block starts at.
	ErrBadFree = errors.New("not a live block")
	// ErrType: the published array holds elements of another type.
	ErrType = errors.New("array holds another type")
	// ErrHeld: the block cannot be freed, because a living process has it frozen,
	// has a snapshot of it, or has a reference to it.
	ErrHeld = errors.New("block is held")
	// ErrBadRelease: the reference was released before, or is another process's.
	ErrBadRelease = errors.New("reference is not held by this process")
	// ErrFreed: the array was freed, or never was one of this arena.
	ErrFreed = errors.New("array was freed or is not of this arena")
	// ErrReadOnly: the arena is attached read-only here, and the call would
	// change it.
	ErrReadOnly = errors.New("arena is attached read-only")
	// ErrFull: a table of fixed size has no room: members, or published names.
	ErrFull = errors.New("table is full")
	// ErrOverrun: in a checked arena, something was written past the end of the
	// block. The block is not freed.
	ErrOverrun = errors.New("bytes after the end of the block were overwritten")
	// ErrLeak: the last Close of a checked arena in this process found blocks that
	// it had allocated and nobody has freed. The error is a *[LeakError], and the
	// arena is closed all the same.
	ErrLeak = errors.New("blocks were not freed")
	// ErrArgument: an option or argument that cannot be meant.
	ErrArgument = errors.New("invalid argument")
)

// NoSpaceError is an [ErrNoSpace] with its numbers, all in bytes; a number
// that has no meaning where the error arose is -1.
type NoSpaceError struct {
	Op      string // what was tried: "create" or "alloc"
	Asked   int64  // what was asked for, as rounded up
	Free    int64  // what the arena has free in all
	Largest int64  // the longest free run of the arena
	Cap     int64  // what the arena could hold at most
	Backing int64  // what the filesystem or the machine has free
	Where   string // what Backing speaks of, such as "/dev/shm"
}

// Error gives the numbers that are known.
func (e *NoSpaceError) Error() string {
	s := fmt.Sprintf("%s: no space for %d bytes", e.Op, e.Asked)
	if e.Cap >= 0 {
		s += fmt.Sprintf(": arena has %d of %d free", e.Free, e.Cap)
	}
	if e.Largest >= 0 {
		s += fmt.Sprintf(", %d in one piece", e.Largest)
	}
	if e.Backing >= 0 {
		s += fmt.Sprintf("; %s has %d free", e.Where, e.Backing)
	}
	return s
}

// Unwrap makes the error an ErrNoSpace and an ENOSPC.
func (e *NoSpaceError) Unwrap() []error { return []error{ErrNoSpace, errnoNoSpace} }

// argument returns an ErrArgument with an explanation.
func argument(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, ErrArgument)...)
}

// notExist and exist are the two answers about names.
func notExist(what, name string) error {
	return fmt.Errorf("%s %q: %w", what, name, fs.ErrNotExist)
}

func exist(what, name string) error {
	return fmt.Errorf("%s %q: %w", what, name, fs.ErrExist)
}
