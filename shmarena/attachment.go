package shmarena

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/shmengine/shmengine/internal/member"
)

// attachment is a segment as this process has it: one mapping, one member, two
// open files, shared by all handles. It lives from the first attach to the
// Close of the last handle.
type attachment struct {
	id      uint32
	header  header
	geo     geometry
	region  []byte // the whole file, mapped
	space   []byte // the addresses that were taken for it
	heap    *heap
	names   directory
	member  *member.Member
	file    backingFile
	backing Backing
	reader  *os.File // of a read-only attachment: holds its lock; then member is nil
	fresh   bool     // it is being created: nobody else can see it

	// freezes are the blocks that this process has frozen, by offset.
	freezing sync.Mutex
	freezes  map[uint64]freeze // guarded by freezing

	leaks *leaks // nil unless somebody wants to know

	// name is what the arena was last opened by, handles are the open ones. The
	// registry's mutex guards both.
	name    string
	handles []*Arena

	// handed is set before the first slice onto the blocks is made, and never
	// cleared; closed is set before the mapping is taken away. Whoever sets
	// one looks at the other afterwards, so either the maker of the slice sees
	// that it is too late, or Close sees that the range must stay reserved.
	handed, closed atomic.Bool

	// calls counts the calls that are at work in the mapping; callsClosed in it
	// lets no more of them in. Who allocates a small block is not counted: he holds
	// the magazine of its class, which Close must have as well (heap.shut).
	calls atomic.Int64
}

const callsClosed = -1 << 62

// enter begins a call that touches the mapping; leave ends it.
func (at *attachment) enter() error {
	if at.calls.Add(1) > 0 {
		return nil
	}
	at.calls.Add(-1)
	return ErrClosed
}

func (at *attachment) leave() { at.calls.Add(-1) }

// hand notes that a slice onto the blocks is about to be made and reports
// whether there still is something to slice.
func (at *attachment) hand() bool {
	if at.handed.Load() {
		return true // the range stays reserved for good: a look at it is harmless
	}
	at.handed.Store(true)
	return !at.closed.Load()
}

// newHandle returns one more handle. The caller holds the registry's mutex.
func (at *attachment) newHandle(notice string) *Arena {
	a := &Arena{at: at, name: at.name, notice: notice}
	at.handles = append(at.handles, a)
	return a
}

// drop forgets a handle and takes the mapping away with the last one. The
// caller holds the registry's mutex.
func (at *attachment) drop(a *Arena) error {
	if len(at.handles) == 1 && !at.heap.shut(func() bool { return at.calls.CompareAndSwap(0, callsClosed) }) {
		return fmt.Errorf("close: %d calls in flight, or small blocks being allocated: %w", at.calls.Load(), ErrBusy)
	}
	a.closed.Store(true)
	at.handles = slices.DeleteFunc(at.handles, func(h *Arena) bool { return h == a })
	if len(at.handles) > 0 {
		return nil
	}
	unregister(at)
	at.closed.Store(true)
	return at.detach()
}

// detach leaves the members and gives the address range up.
func (at *attachment) detach() error {
	var errs []error
	if at.member != nil {
		errs = append(errs, at.heap.holds.dropAll(), at.leaks.report(at.heap))
		at.heap.retireMagazines()
		errs = append(errs, at.member.Leave())
	}
	if at.reader != nil {
		errs = append(errs, at.reader.Close())
	}
	if at.handed.Load() {
		errs = append(errs, sealRegion(at.region, at.geo.blocks))
	} else {
		errs = append(errs, unmapSpace(at.space))
	}
	return errors.Join(append(errs, at.file.close())...)
}
