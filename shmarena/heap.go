package shmarena

import (
	"errors"
	"fmt"
	"math/bits"
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
type heap struct {
	ctl    *heapControl
	spans  []span
	blocks uint64 // offset of the first span
	page   uint64 // bytes are reserved in multiples of it
	mem    pages
	self   futex.Member
	holds  *holds // nil: nothing is ever held

	mu      lock
	scratch change // guarded by mu
}

func newHeap(t tables, blocks, page uint64, mem pages) *heap {
	h := &heap{ctl: t.heap, spans: t.spans, blocks: blocks, page: page, mem: mem}
	h.mu.word = &t.heap.mu
	return h
}

// join names the member that this process is.
func (h *heap) join(self futex.Member) { h.self, h.mu.self = self, self }

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

// alloc reserves a block of so many bytes and returns its first span and its
// generation. The block is zero.
//
// Preconditions: 0 < bytes <= maxSize
func (h *heap) alloc(bytes uint64) (first uint64, gen uint32, err error) {
	ext := extentFor(bytes)
	first, gen, err = h.take(ext)
	if err != nil {
		return 0, 0, err
	}
	if err := h.mem.reserve(h.offset(first), h.reserved(ext)); err != nil {
		return 0, 0, errors.Join(err, h.abandon(first, gen))
	}
	old, now := makeCtrl(stateCommitting, h.self.ID(), gen), makeCtrl(stateLarge, h.self.ID(), gen)
	if !h.spans[first].ctrl.CompareAndSwap(uint64(old), uint64(now)) {
		return 0, 0, fmt.Errorf("span %d changed while it was allocated: %w", first, ErrCorrupt)
	}
	return first, gen, nil
}

// reserved is how many bytes of its spans a block really has.
func (h *heap) reserved(e extent) uint64 { return align(e.bytes(), h.page) }

// take cuts a run for the block out of the free ones and leaves it COMMITTING.
func (h *heap) take(ext extent) (first uint64, gen uint32, err error) {
	if err := h.lock(); err != nil {
		return 0, 0, err
	}
	defer h.unlock()
	from, largest, err := h.find(ext.spans())
	if err != nil {
		return 0, 0, err
	}
	if from.n == 0 {
		return 0, 0, h.noSpace(ext, largest)
	}
	gen = h.ctrlOf(from.first).nextGen()
	h.apply(h.taking(from, ext, gen))
	return from.first, gen, nil
}

// noSpace is the error of an allocation that found no run.
func (h *heap) noSpace(ext extent, largest uint64) error {
	total, used := uint64(len(h.spans)), h.ctl.used.Load()
	return &NoSpaceError{
		Op: "alloc", Asked: int64(ext.spans() << spanShift), Cap: int64(total << spanShift),
		Free: int64((total - min(used, total)) << spanShift), Largest: int64(largest << spanShift), Backing: -1,
	}
}

// free gives the block back that begins at span first with this generation.
func (h *heap) free(first uint64, gen uint32) error {
	old := h.ctrlOf(first)
	if old.state() != stateLarge || old.gen() != gen {
		return ErrBadFree
	}
	if h.held(first, gen) {
		return ErrHeld
	}
	if !h.claim(first, old) {
		return ErrBadFree
	}
	return h.giveBack(first, true)
}

// claim makes span first this member's to give back; one caller succeeds.
func (h *heap) claim(first uint64, old ctrl) bool {
	now := makeCtrl(statePunching, h.self.ID(), old.gen())
	return h.spans[first].ctrl.CompareAndSwap(uint64(old), uint64(now))
}

// abandon undoes an allocation that could not be reserved.
func (h *heap) abandon(first uint64, gen uint32) error {
	if !h.claim(first, makeCtrl(stateCommitting, h.self.ID(), gen)) {
		return fmt.Errorf("span %d changed while it was allocated: %w", first, ErrCorrupt)
	}
	return h.giveBack(first, false)
}

// held reports whether a living member keeps a block from being freed.
func (h *heap) held(first uint64, gen uint32) bool {
	return h.holds != nil && h.holds.any(h.offset(first), gen, keepers)
}

// unclaim makes a block in PUNCHING that turned out to be held a block again. Who
// made it is forgotten.
func (h *heap) unclaim(first uint64) error {
	now := h.ctrlOf(first)
	back := makeCtrl(stateLarge, h.self.ID(), now.gen())
	if now.state() != statePunching || !h.spans[first].ctrl.CompareAndSwap(uint64(now), uint64(back)) {
		return fmt.Errorf("span %d changed while it was freed: %w", first, ErrCorrupt)
	}
	return ErrHeld
}

// giveBack releases the memory of a block in PUNCHING and makes its spans free.
// Only then may another member have them: a late punch would wipe its bytes.
func (h *heap) giveBack(first uint64, counts bool) error {
	ext := h.extOf(first)
	n := ext.spans()
	// Who holds a block looks whether it still is one afterwards, and who frees it
	// looks for holds after claiming it: one of them sees the other.
	if counts && h.held(first, h.ctrlOf(first).gen()) {
		return h.unclaim(first)
	}
	if n == 0 || n > uint64(len(h.spans))-first {
		return fmt.Errorf("block of %d spans at %d: %w", n, first, ErrCorrupt)
	}
	if err := h.mem.release(h.offset(first), n<<spanShift); err != nil {
		return fmt.Errorf("free: %w", err)
	}
	if err := h.lock(); err != nil {
		return err
	}
	defer h.unlock()
	merged, err := h.merge(run{first, n})
	if err != nil {
		return err
	}
	h.apply(h.freeing(run{first, n}, merged, ext, counts))
	return nil
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

// resolve finds the block that an array names and reports whether the array
// fits it exactly: n elements of size bytes.
func (h *heap) resolve(gen uint32, off, n, size uint64) (first uint64, ok bool) {
	rel := off - h.blocks // wraps for an offset before the blocks
	first = rel >> spanShift
	if rel&(spanSize-1) != 0 || first >= uint64(len(h.spans)) {
		return 0, false
	}
	s := &h.spans[first]
	c, e := ctrl(s.ctrl.Load()), extent(s.ext.Load())
	over, bytes := bits.Mul64(n, size)
	return first, c.state() == stateLarge && c.gen() == gen && gen != 0 &&
		over == 0 && bytes == e.bytes() && e.spans() <= uint64(len(h.spans))-first
}

// load reads a counter of the heap.
func load(w *atomic.Uint64) int64 { return int64(w.Load()) }
