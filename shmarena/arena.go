package shmarena

import (
	"fmt"
	"iter"
	"os"
	"sync/atomic"

	"github.com/shmengine/shmengine/internal/member"
)

// Arena is a handle on an attached arena. Any number of goroutines may use it.
// A process attaches an arena once: a second Open or FromFD of the same arena
// gives a second handle on the same memory and the same member, and the
// memory goes when the last handle is closed.
type Arena struct {
	at     *attachment
	name   string
	notice string
	closed atomic.Bool
}

// enter begins a call through this handle; at.leave ends it.
func (a *Arena) enter() (*attachment, error) {
	if a.closed.Load() {
		return nil, ErrClosed
	}
	if err := a.at.enter(); err != nil {
		return nil, err
	}
	return a.at, nil
}

// enterWrite is enter for a call that changes the arena.
func (a *Arena) enterWrite() (*attachment, error) {
	at, err := a.enter()
	if err == nil && at.readOnly() {
		at.leave()
		return nil, ErrReadOnly
	}
	return at, err
}

// Close gives the handle up, and with the last handle of the process the
// memory. Calling it again does nothing. While another goroutine is inside a
// call on the arena, [Array.With] among them, it returns [ErrBusy] and the arena
// stays open.
//
// Slices that were made before must not be used after: their address range
// stays reserved without access, so that a late use is a fault and never
// somebody else's memory. An arena of which no slice was made gives its range
// back; the others cost address space for good, and two mappings each, of which
// a process can have some 65,000. Blocks, names and the file are not touched: an arena
// with a name lives until [Unlink], or until a [Sweep] finds it without
// members.
func (a *Arena) Close() error {
	registry.attaching.Lock()
	defer registry.attaching.Unlock()
	if a.closed.Load() {
		return nil
	}
	if err := a.at.drop(a); err != nil {
		return fmt.Errorf("shmarena: %s: %w", a, err)
	}
	return nil
}

// Unlink removes the arena's name; whoever has it attached keeps it. It is
// fs.ErrNotExist if there is no name, or if the name now is of another arena.
func (a *Arena) Unlink() error {
	if a.closed.Load() {
		return ErrClosed
	}
	if a.name == "" {
		return notExist("unlink arena", a.name)
	}
	return unlinkOwn(a.name, a.at.file.id)
}

// Name is the name that this process created or opened the arena with, or "".
func (a *Arena) Name() string { return a.name }

// Cap is how many bytes the blocks may have together.
func (a *Arena) Cap() int64 { return int64(a.at.header.capacity) }

// Backing is what the memory is made of, never BackingAuto.
func (a *Arena) Backing() Backing { return a.at.backing }

// Notice says in one sentence, with numbers, why a memfd is used although
// BackingAuto was asked for, or is "".
func (a *Arena) Notice() string { return a.notice }

// File is the arena's file, to be passed to a child process (as one of
// exec.Cmd.ExtraFiles) that attaches it with [FromFD]. It belongs to the
// arena: do not close it.
func (a *Arena) File() *os.File { return a.at.file.f }

// Member is this process in the arena's table of members: the owner of the
// locks that it takes in the arena. It is nil where the arena is attached
// read-only.
func (a *Arena) Member() *member.Member { return a.at.member }

// Members lists the processes that have the arena attached.
func (a *Arena) Members() iter.Seq[member.Info] {
	return func(yield func(member.Info) bool) {
		at, err := a.enter()
		if err != nil {
			return
		}
		defer at.leave()
		at.infos()(yield)
	}
}

// Reap finds members that died without closing the arena, completes or undoes
// what they were doing, and frees their places. It returns how many. Survivors
// that wait for something a dead member holds do the same by themselves.
func (a *Arena) Reap() (int, error) {
	at, err := a.enterWrite()
	if err != nil {
		return 0, err
	}
	defer at.leave()
	return at.member.Reap()
}

// String names the arena for messages.
func (a *Arena) String() string {
	if a.name != "" {
		return fmt.Sprintf("arena %q", a.name)
	}
	return fmt.Sprintf("arena %08x", a.at.id)
}
