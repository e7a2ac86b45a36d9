package shmarena

import (
	"fmt"

	"github.com/shmengine/shmengine/futex"
)

// Verify walks the arena's tables and reports the first thing that is not as
// it must be, as an [ErrCorrupt]: every span belongs to exactly one run, runs
// tile the heap, no two free runs touch, the counters agree with the walk, no
// run is left in the middle of a change by a member that is dead, and the
// kernel holds as much memory as the blocks have reserved. It first recovers what
// dead members left, as [Arena.Reap] does. It takes the heap's mutex and so stops allocation for as long as the walk takes.
func (a *Arena) Verify() error {
	at, err := a.enterWrite()
	if err != nil {
		return err
	}
	defer at.leave()
	_, err = at.member.Reap()
	if err == nil {
		err = at.verify()
	}
	if err != nil {
		return fmt.Errorf("shmarena: verify %s: %w", a, err)
	}
	return nil
}

// verifyTries bounds how often members may die while Verify looks.
const verifyTries = 100

func (at *attachment) verify() error {
	for range verifyTries {
		dead, err := at.verifyOnce()
		if err != nil || dead == futex.NoID {
			return err
		}
		// Somebody else may be sweeping it, so Reap did not; twice is once.
		if err := at.heap.sweep(dead); err != nil {
			return err
		}
	}
	return fmt.Errorf("members die all the time: %w", ErrBusy)
}

// verifyOnce looks at everything, unless a dead member is in the middle of
// something.
func (at *attachment) verifyOnce() (dead futex.ID, err error) {
	h := at.heap
	if err := h.lock(); err != nil {
		return futex.NoID, err
	}
	defer h.unlock()
	w, err := h.walk()
	if err != nil || w.dead != futex.NoID {
		return w.dead, err
	}
	if err := h.compare(w); err != nil {
		return futex.NoID, err
	}
	return futex.NoID, at.verifyHeld(w)
}

// verifyHeld compares what is reserved with what the kernel holds. Others free
// blocks meanwhile, which they say before they do it: so what is there before
// and after the kernel was asked was there when it was.
func (at *attachment) verifyHeld(w census) error {
	held, err := at.file.held()
	if err != nil {
		return err
	}
	want := at.geo.tables
	for _, b := range w.large {
		if at.heap.ctrlOf(b.first) == b.ctrl {
			want += b.reserved
		}
	}
	if held < want {
		return fmt.Errorf("%d bytes reserved, the kernel holds %d: %w", want, held, ErrCorrupt)
	}
	return nil
}

// census is what a walk of the span table finds.
type census struct {
	used   uint64          // spans that are not free
	bytes  uint64          // as asked for
	blocks uint64          // runs that are not free
	warm   uint64          // spans that are WARM
	small  uint64          // spans of small blocks
	large  []reservedBlock // and small spans, and warm runs

	dead futex.ID // a dead member that was at work on a run, if there is one
}

// reservedBlock is a run and the memory that it must have.
type reservedBlock struct {
	first    uint64
	ctrl     ctrl
	reserved uint64
}

// walk goes from run to run. The caller holds the mutex.
func (h *heap) walk() (census, error) {
	var w census
	total := uint64(len(h.spans))
	wasFree := false
	for i := uint64(0); i < total; {
		c, e := h.ctrlOf(i), h.extOf(i)
		n := e.spans()
		if n == 0 || n > total-i {
			return w, fmt.Errorf("span %d: run of %d spans: %w", i, n, ErrCorrupt)
		}
		if c.state() == stateFree && wasFree {
			return w, fmt.Errorf("span %d: free run after a free run: %w", i, ErrCorrupt)
		}
		if err := h.inspect(run{i, n}, c); err != nil {
			return w, err
		}
		if c.inWork() && !h.self.Alive(c.owner()) {
			w.dead = c.owner()
		}
		wasFree = c.state() == stateFree
		w.count(reservedBlock{i, c, h.memory(i, c, e)}, e)
		i += n
	}
	return w, nil
}

func (w *census) count(b reservedBlock, e extent) {
	_, small := e.class()
	switch b.ctrl.state() {
	case stateFree:
		return
	case stateWarm:
		w.warm += e.spans()
	default:
		w.used += e.spans()
		switch {
		case small:
			w.small++
		case e.kind() == kindLarge:
			w.bytes += e.bytes()
			w.blocks++
		}
	}
	if !b.ctrl.inWork() {
		w.large = append(w.large, b)
	}
}

// inspect checks one run.
func (h *heap) inspect(r run, c ctrl) error {
	last := r.end() - 1
	end := h.ctrlOf(last).state()
	switch s := c.state(); {
	case s == stateTail || s >= stateCount:
		return fmt.Errorf("span %d: %v begins a run: %w", r.first, s, ErrCorrupt)
	case c.hasBlocks() && r.n != 1:
		return fmt.Errorf("span %d: %v run of %d spans: %w", r.first, s, r.n, ErrCorrupt)
	case h.extOf(last).spans() != r.n:
		return fmt.Errorf("span %d: run of %d spans ends as one of %d: %w", r.first, r.n, h.extOf(last).spans(), ErrCorrupt)
	case s == stateFree && end != stateFree, s != stateFree && r.n > 1 && end != stateTail:
		return fmt.Errorf("span %d: %v run ends in %v: %w", r.first, s, end, ErrCorrupt)
	}
	return h.inspectBlocks(r.first, c)
}

// compare checks the counters against a walk.
func (h *heap) compare(w census) error {
	for _, c := range []struct {
		name      string
		have, see uint64
	}{
		{"spans in use", h.ctl.used.Load(), w.used},
		{"spans that are warm", h.ctl.warm.Load(), w.warm},
		{"spans of small blocks", h.ctl.small.Load(), w.small},
		{"bytes in large blocks", h.ctl.bytes.Load(), w.bytes},
		{"large blocks", h.ctl.alloc.Load() - h.ctl.freed.Load(), w.blocks},
	} {
		if c.have != c.see {
			return fmt.Errorf("%s: counted %d, found %d: %w", c.name, c.have, c.see, ErrCorrupt)
		}
	}
	return nil
}

// memory is how much memory a run has at least.
func (h *heap) memory(first uint64, c ctrl, e extent) uint64 {
	if class, ok := e.class(); ok && c.hasBlocks() {
		return spanSize + align(classes[class].tableLen(), tableAlign)
	}
	return h.reserved(e)
}

// inspectBlocks checks a span of small blocks, and the guard bytes of any block.
func (h *heap) inspectBlocks(first uint64, c ctrl) error {
	class, ok := h.extOf(first).class()
	switch {
	case c.state() == stateLarge && h.guarded:
		return h.inspectGuard(place{first, largeSlot, uint64(c), h.extOf(first).bytes()})
	case !c.hasBlocks():
		return nil
	case !ok:
		return fmt.Errorf("span %d: %v of no class: %w", first, c.state(), ErrCorrupt)
	}
	if have := h.spans[first].table.Load(); have < classes[class].tableLen() || have > tableSize {
		return fmt.Errorf("span %d: %v with a table of %d bytes: %w", first, c.state(), have, ErrCorrupt)
	}
	size := uint64(classes[class].size)
	for k := range classes[class].count {
		b := block(h.small[first].blocks[k].Load())
		if b.slack() >= size || b.gen() == 0 {
			return fmt.Errorf("span %d: block %d of %d bytes has word %#x: %w", first, k, size, uint64(b), ErrCorrupt)
		}
		if !b.lives() || !h.guarded {
			continue
		}
		if err := h.inspectGuard(place{first, makeSlot(class, k), uint64(b), size - b.slack()}); err != nil {
			return err
		}
	}
	return nil
}

func (h *heap) inspectGuard(p place) error {
	if h.intact(p) {
		return nil
	}
	return fmt.Errorf("block of %d bytes at %#x: %w", p.bytes, h.offsetAt(p), ErrOverrun)
}
