package shmarena

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// pages is what the heap asks of the memory under it. Offsets are those of the
// file. Both may take long and are called without the mutex.
type pages interface {
	// reserve makes sure that the bytes exist, and read as zero where nothing
	// was written since they were last released.
	reserve(off, n uint64) error
	// release gives the bytes back; they read as zero afterwards.
	release(off, n uint64) error
}

// heap is one process's view of the allocator of an arena. Any number of
// goroutines may use it.
//
// What is in which file: runs of spans and large blocks here; the record of a
// change in redo.go; the runs that stay reserved in warm.go; small blocks in
// block.go (one block), small.go (Alloc and Free), refill.go (where the owner
// finds free ones) and release.go (a span that is empty); what the dead leave
// in recover.go.
type heap struct {
	ctl     *heapControl
	spans   []span
	small   []spanTable
	cells   []cell
	tables  uint64 // offset of the first table
	blocks  uint64 // offset of the first span
	page    uint64 // bytes are reserved in multiples of it
	keep    uint64 // spans that may stay WARM
	guarded bool   // blocks end in guard bytes
	mem     pages
	region  []byte // the file, mapped; nil where only the tables are tested
	self    futex.Member
	maker   uint64                 // self, shortened
	roster  func() map[uint64]bool // the short ids of the members that live
	holds   *holds                 // nil: nothing is ever held

	mu      lock
	scratch change // guarded by mu

	magazines [classCount]magazine
	into      sync.Mutex // guards the cell's record for large blocks
	intoTidy  bool       // that record is not a predecessor's
}

func newHeap(t tables, geo geometry, page uint64, mem pages) *heap {
	h := &heap{
		ctl: t.heap, spans: t.spans, small: t.small, cells: t.cells,
		tables: geo.tables, blocks: geo.blocks, page: page, mem: mem,
	}
	h.mu.word = &t.heap.mu
	for c := range h.magazines {
		h.magazines[c].drop()
	}
	return h
}

// join names the member that this process is.
func (h *heap) join(self futex.Member) {
	h.self, h.mu.self = self, self
	h.maker = makerOf(self.ID())
}

// formatHeap makes one free run of a table that is all zero.
func formatHeap(spans []span) {
	all := uint64(makeExtent(uint64(len(spans)), 0))
	spans[0].ext.Store(all)
	spans[len(spans)-1].ext.Store(all)
}

// offset is where span i lies in the file.
func (h *heap) offset(i uint64) uint64 { return h.blocks + i<<spanShift }

func (h *heap) ctrlOf(i uint64) ctrl  { return ctrl(h.spans[i].ctrl.Load()) }
func (h *heap) extOf(i uint64) extent { return extent(h.spans[i].ext.Load()) }

// lock takes the heap's mutex, and first completes what a dead owner began.
func (h *heap) lock() error {
	died, err := h.mu.acquire()
	if err != nil {
		return fmt.Errorf("heap: %w", err)
	}
	if died {
		h.replay()
		h.mu.heal()
	}
	return nil
}

func (h *heap) unlock() { h.mu.release() }

// find returns the free run that a block of n spans is to be cut from: the
// first that is long enough at or after the hint, then before it. Without one,
// largest is the longest there is. The caller holds the mutex.
func (h *heap) find(n uint64) (found run, largest uint64, err error) {
	total := uint64(len(h.spans))
	hint := h.ctl.hint.Load()
	if hint >= total {
		hint = 0
	}
	found, most, err := h.scan(hint, total, n)
	if err == nil && found.n == 0 && hint > 0 {
		var before uint64
		found, before, err = h.scan(0, hint, n)
		most = max(most, before)
	}
	return found, most, err
}

// scan walks the runs that begin in [from, to). Every step goes forward by at
// least one span, whatever the table says.
func (h *heap) scan(from, to, n uint64) (found run, largest uint64, err error) {
	for i := from; i < to; {
		length := h.extOf(i).spans()
		if length == 0 || length > uint64(len(h.spans))-i {
			return run{}, 0, fmt.Errorf("run of %d spans at %d of %d: %w", length, i, len(h.spans), ErrCorrupt)
		}
		if h.ctrlOf(i).state() == stateFree {
			if length >= n {
				return run{i, length}, 0, nil
			}
			largest = max(largest, length)
		}
		i += length
	}
	return run{}, largest, nil
}

// noSpace is the error of an allocation that found no run.
func (h *heap) noSpace(ext extent, largest uint64) error {
	total, used := uint64(len(h.spans)), h.ctl.used.Load()
	return &NoSpaceError{
		Op: "alloc", Asked: int64(ext.spans() << spanShift), Cap: int64(total << spanShift),
		Free: int64((total - min(used, total)) << spanShift), Largest: int64(largest << spanShift), Backing: -1,
	}
}

// free gives the large block back that begins at span first with this generation.
func (h *heap) free(first uint64, gen uint32) error {
	old := h.ctrlOf(first)
	if old.state() != stateLarge || old.gen() != gen {
		return ErrBadFree
	}
	if h.isHeld(h.offset(first), gen) {
		return ErrHeld
	}
	now := old.as(stateFreeing, h.self.ID())
	if !h.spans[first].ctrl.CompareAndSwap(uint64(old), uint64(now)) {
		return ErrBadFree
	}
	return h.decide(first, now, old.owner())
}

// isHeld reports whether a living member keeps a block from being freed.
func (h *heap) isHeld(off uint64, gen uint32) bool {
	return h.holds != nil && h.holds.any(off, gen, keepers)
}

// decide frees a large block that this member has FREEING, or gives it back to
// the maker if it is held.
//
// Who holds a block looks whether it still is one afterwards, and who frees it
// looks for holds after FREEING is there: one of them sees the other. PUNCHING
// says that no hold was seen, so that whoever finishes it need not look, and
// must not: its bytes may be gone.
func (h *heap) decide(first uint64, now ctrl, maker futex.ID) error {
	held := h.isHeld(h.offset(first), now.gen())
	next := now.as(statePunching, h.self.ID())
	if held {
		next = now.as(stateLarge, maker)
	}
	if !h.spans[first].ctrl.CompareAndSwap(uint64(now), uint64(next)) {
		return fmt.Errorf("span %d changed while it was freed: %w", first, ErrCorrupt)
	}
	if held {
		return ErrHeld
	}
	return h.retire(first)
}

// retire makes a run in PUNCHING one that is kept warm, or free.
func (h *heap) retire(first uint64) error {
	kept, err := h.warmUp(first)
	if kept {
		return err
	}
	return errors.Join(err, h.giveBack(first, true))
}

// claim makes a run PUNCHING, and this member the one that is at work on it,
// unless it is not any more what it was.
func (h *heap) claim(first uint64, old ctrl) bool {
	now := old.as(statePunching, h.self.ID())
	return h.spans[first].ctrl.CompareAndSwap(uint64(old), uint64(now))
}

// abandon undoes an allocation that could not be reserved.
func (h *heap) abandon(first uint64, gen uint32) error {
	if !h.claim(first, makeCtrl(stateCommitting, h.self.ID(), gen)) {
		return fmt.Errorf("span %d changed while it was allocated: %w", first, ErrCorrupt)
	}
	return h.giveBack(first, false)
}

// giveBack releases the memory of a run in PUNCHING and makes its spans free.
// Only then may another member have them: a late punch would wipe its bytes.
// counts says that there was a block to be counted as freed.
func (h *heap) giveBack(first uint64, counts bool) error {
	ext, err := h.extentAt(first)
	if err != nil {
		return err
	}
	r := run{first, ext.spans()}
	if err := h.mem.release(h.offset(first), r.n<<spanShift); err != nil {
		return fmt.Errorf("free: %w", err)
	}
	if err := h.lock(); err != nil {
		return err
	}
	defer h.unlock()
	merged, err := h.merge(r)
	if err != nil {
		return err
	}
	h.apply(h.freeing(r, merged, ext, counts))
	return nil
}

// extentAt is the extent of the run that begins at a span, if it can be.
func (h *heap) extentAt(first uint64) (extent, error) {
	e := h.extOf(first)
	if n := e.spans(); n == 0 || n > uint64(len(h.spans))-first {
		return e, fmt.Errorf("block of %d spans at %d: %w", n, first, ErrCorrupt)
	}
	return e, nil
}

// merge finds the free run that r becomes part of when it is freed.
func (h *heap) merge(r run) (run, error) {
	m := r
	if r.first > 0 && h.ctrlOf(r.first-1).state() == stateFree {
		before := h.extOf(r.first - 1).spans()
		if before == 0 || before > r.first {
			return m, fmt.Errorf("free run of %d spans before %d: %w", before, r.first, ErrCorrupt)
		}
		m = run{r.first - before, before + r.n}
	}
	if end := r.end(); end < uint64(len(h.spans)) && h.ctrlOf(end).state() == stateFree {
		after := h.extOf(end).spans()
		if after == 0 || after > uint64(len(h.spans))-end {
			return m, fmt.Errorf("free run of %d spans at %d: %w", after, end, ErrCorrupt)
		}
		m.n += after
	}
	return m, nil
}

// load reads a counter of the heap.
func load(w *atomic.Uint64) int64 { return int64(w.Load()) }
