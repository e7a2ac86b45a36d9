package member

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

var (
	// ErrFull says that every slot of the table is taken by a live member.
	ErrFull = errors.New("member: every slot is taken")

	// ErrLeft says that the member has left already.
	ErrLeft = errors.New("member: has left")
)

// Config says what to join.
type Config struct {
	// Mem is the table: TableSize(n) bytes of shared memory, 64-byte aligned, the
	// same n in every process.
	Mem []byte

	// Region is the mapping that the words lie in which are slept on; what is
	// slept on is listed as offsets into it. Nil lists nothing.
	Region []byte

	// Lock is an open description of its own of a file that every member has
	// open, writable, used for nothing else, never mapped and never passed on.
	// The member owns it from now on, and closes it if Join fails.
	Lock *os.File

	// Base is the offset of slot 0's life byte in the lock file; see AnyAlive for
	// the bytes that are used.
	Base int64

	// Fresh says that nobody has ever been in the table, nor can be now: Join takes the
	// first slot and looks at no other. A look at each costs a fault for each page.
	Fresh bool

	// Sweep recovers what a dead member left. It is called after the death has
	// been confirmed and before the slot can be used again, by any member, maybe
	// more than once and from another goroutine: it must be idempotent, must not
	// wait for ever, and must not call Leave, Reap or Join. If it fails it is
	// called again later. Nil does nothing.
	Sweep func(dead futex.ID) error
}

// Member is this process's membership. It implements [futex.Member].
type Member struct {
	id    futex.ID
	cfg   Config
	table *table
	lock  *lockFile
	me    self
	lot   futex.Lot
	line  *lifeline
	heard []futex.ID      // by slot: who was looked at; of watchTable only
	doom  []atomic.Uint32 // by slot: the id of a member whose process was seen in its exit

	sweeping sync.Mutex // claims exclude other descriptions, this one other goroutines
	left     atomic.Bool

	supervise sync.Once
	ctx       context.Context // ends supervision
	cancel    context.CancelFunc
	watchers  sync.WaitGroup
	mu        sync.Mutex
	watched   map[futex.ID]context.CancelFunc
}

var _ futex.Member = (*Member)(nil)

// ID returns the member's id.
func (m *Member) ID() futex.ID { return m.id }

// Alive reports whether the life that id names goes on, by asking the kernel.
// Once it is false it stays false.
func (m *Member) Alive(id futex.ID) bool { return m.present(id) && !m.doomed(id) }

// present reports whether the member id still has its lock: it lives, or its
// process is in its exit.
func (m *Member) present(id futex.ID) bool {
	if id == m.id {
		return true
	}
	i := int(id.Slot())
	if i >= len(m.table.slots) {
		return false
	}
	s, want := &m.table.slots[i], state{live, id.Generation()}
	if s.load() != want {
		return false
	}
	locked, err := m.lock.held(m.lock.life(i), 1)
	if err != nil {
		return true // nobody is robbed because the question failed
	}
	return locked && s.load() == want // the byte may be a successor's
}

// AnyAlive reports whether any member lives, or is just joining, in a table of n
// slots, without joining it. f is any open description of the lock file but a
// member's own.
//
// The bytes of the lock file that a table uses are [base, base+n) and
// [base+1<<32, base+1<<32+n).
func AnyAlive(f *os.File, base int64, n int) (bool, error) {
	l, err := newLockFile(f, base)
	if err != nil {
		return false, fmt.Errorf("member: probe %s: %w", f.Name(), err)
	}
	// Claims first: a joiner takes its life byte before it drops the claim.
	for _, off := range []int64{l.claim(0), l.life(0)} {
		held, err := l.held(off, n)
		if err != nil {
			return false, fmt.Errorf("member: probe %s: %w", f.Name(), err)
		}
		if held {
			return true, nil
		}
	}
	return false, nil
}
