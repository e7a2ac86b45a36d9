package shmarena

import (
	"context"
	"fmt"
	"iter"
	"os"
	"slices"
	"time"

	"github.com/shmengine/shmengine/internal/member"
)

// access is what this process may do with an arena.
type access uint8

const (
	writable access = iota
	readable
)

// OpenReadOnly attaches the arena of that name for reading only. Its pages are
// mapped without the right to write: writing to a Slice is a fault, and whatever
// would change the arena ([Alloc], [Array.Free], [Arena.Publish], ...) is
// [ErrReadOnly]. Lookup, Slice, With and Populate work.
//
// A reader takes no place among the members, so there can be any number, and it
// cannot hold a lock, sleep on a word, or keep a block from being freed: order
// its reads with atomics, and wait with [Arena.Await]. A [Sweep] counts it as
// alive.
//
// A process attaches an arena in one way: [ErrBusy] if it has it attached for
// writing. Other errors are those of [Open], but for ErrFull.
func OpenReadOnly(name string) (*Arena, error) { return openFor(name, readable) }

// FromFDReadOnly is [FromFD] for reading only; see [OpenReadOnly]. A descriptor
// that was opened for reading is enough.
func FromFDReadOnly(fd uintptr) (*Arena, error) { return fromFD(fd, readable) }

// ReadOnly reports whether the arena is attached for reading only.
func (a *Arena) ReadOnly() bool { return a.at.readOnly() }

func (at *attachment) readOnly() bool { return at.reader != nil }

// fits refuses a second handle that wants another access than the first.
func (at *attachment) fits(acc access) error {
	switch {
	case acc == writable && at.readOnly():
		return fmt.Errorf("this process has it attached read-only: %w", ErrBusy)
	case acc == readable && !at.readOnly():
		return fmt.Errorf("this process has it attached for writing: %w", ErrBusy)
	}
	return nil
}

// The pauses of Await.
const (
	awaitFirst = 20 * time.Microsecond
	awaitMost  = 2 * time.Millisecond
)

// Await returns nil when ready does, and ctx's error if it ends before. It asks
// by a timer, first after 20 us and in the end every 2 ms, and so is for those
// who cannot sleep on a word of the arena: readers. Members wait with package
// futex, which costs nothing while nothing happens. ready is called at least
// once.
func (a *Arena) Await(ctx context.Context, ready func() bool) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for pause := awaitFirst; ; pause = min(2*pause, awaitMost) {
		switch {
		case ready():
			return nil
		case a.closed.Load():
			return ErrClosed
		}
		timer.Reset(pause)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// infos lists the members; what a reader cannot list is not there.
func (at *attachment) infos() iter.Seq[member.Info] {
	if at.member != nil {
		return at.member.All()
	}
	table := at.region[membersAt : membersAt+at.geo.memberSize]
	all, _ := member.Look(table, at.geo.size, at.reader, lockBase)
	return slices.Values(all)
}

// peek is get without the mutex: an entry counts when it reads the same twice.
// While somebody changes it its state is not "in use", so two equal looks saw a
// whole one. Whoever changes an entry all the time makes this ErrBusy.
func (d *directory) peek(k key) (*published, error) {
	for i := range d.entries {
		e := &d.entries[i]
		for try := 0; e.state.Load() == entryInUse && e.key() == k; try++ {
			p := e.read()
			if e.still(k, p) {
				return &p, nil
			}
			if try == peekTries {
				return nil, fmt.Errorf("directory: entry %d changes all the time: %w", i, ErrBusy)
			}
		}
	}
	return nil, nil
}

// still reports whether an entry in use is the one that was read before.
func (e *entry) still(k key, p published) bool {
	return e.state.Load() == entryInUse && e.key() == k && e.read() == p && e.state.Load() == entryInUse
}

// peekTries bounds the looks at one entry.
const peekTries = 1000

// read makes this process a reader. The lock description is the attachment's from
// now on.
func (at *attachment) read(lock *os.File) error {
	if err := lockReader(lock); err != nil {
		_ = lock.Close()
		return fmt.Errorf("join as a reader: %w", err)
	}
	at.reader = lock
	return nil
}
