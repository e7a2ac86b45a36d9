package shmarena

import "errors"

// A span all of whose blocks are free goes back to the heap. Anybody may see to
// that, also while its owner allocates from it:
//
//	SMALL(owner) ──► HELD(me)           nobody's claim counts from now on
//	look at all blocks
//	HELD(me) ──► PUNCHING(me)           if all are FREE
//	HELD(me) ──► SMALL(me)              otherwise; the span is mine then
//
// The owner claims a block and then looks at ctrl (small.go); here ctrl is
// changed and then the blocks are looked at. If both happen at once, either the
// block is seen here, or HELD is seen there and the claim undone.

// tryRelease gives a span of small blocks back if all of them are free.
func (h *heap) tryRelease(span uint64) error {
	old := h.ctrlOf(span)
	c, ok := h.extOf(span).class()
	if old.state() != stateSmall || !ok || !h.empty(span, c) {
		return nil
	}
	held := old.as(stateHeld, h.self.ID())
	if !h.spans[span].ctrl.CompareAndSwap(uint64(old), uint64(held)) {
		return nil
	}
	return h.judge(span, held)
}

// judge decides what becomes of a span that this member has HELD.
func (h *heap) judge(span uint64, held ctrl) error {
	c, ok := h.extOf(span).class()
	if ok && h.empty(span, c) {
		if !h.claim(span, held) {
			return nil
		}
		return h.retire(span)
	}
	h.spans[span].room.Store(roomMail)
	h.spans[span].ctrl.CompareAndSwap(uint64(held), uint64(held.as(stateSmall, h.self.ID())))
	if ok {
		h.hintFree(span, c)
		h.post(held, span, c)
	}
	return nil
}

// empty reports whether all blocks of a span are free.
func (h *heap) empty(span uint64, c int) bool {
	t := &h.small[span]
	for i := range classes[c].count {
		if block(t.blocks[i].Load()).state() != blockFree {
			return false
		}
	}
	return true
}

// reclaim gives back all memory that no block needs, and returns how many runs
// it was.
func (h *heap) reclaim() (runs int) {
	n, _ := h.trim()
	return n
}

func (h *heap) trim() (runs int, err error) {
	var errs []error
	for i := range uint64(len(h.spans)) {
		if h.ctrlOf(i).state() == stateSmall {
			errs = append(errs, h.tryRelease(i))
		}
	}
	cold, err := h.coolAll()
	errs = append(errs, err)
	for _, i := range cold {
		errs = append(errs, h.giveBack(i, true))
	}
	return len(cold), errors.Join(errs...)
}

// shut lets nobody allocate small blocks any more, if no goroutine of this process is
// doing so and the condition holds at that moment; else it changes nothing.
func (h *heap) shut(when func() bool) (ok bool) {
	held := 0
	for held < classCount && h.magazines[held].mu.TryLock() {
		held++
	}
	ok = held == classCount && when()
	for c := range held {
		m := &h.magazines[c]
		m.closed = ok
		m.mu.Unlock()
	}
	return ok
}

// retireMagazines leaves this member's spans of small blocks to others.
func (h *heap) retireMagazines() {
	for c := range h.magazines {
		m := &h.magazines[c]
		m.mu.Lock()
		if m.ctrl != 0 && h.ctrlOf(m.span.Load()) == m.ctrl {
			h.small[m.span.Load()].hints[m.word].Or(m.hints)
			h.spans[m.span.Load()].room.Store(roomMail)
		}
		m.drop()
		m.mu.Unlock()
	}
	for i := range uint64(len(h.spans)) {
		if c := h.ctrlOf(i); c.state() == stateSmall && c.owner() == h.self.ID() {
			_ = h.tryRelease(i) // what is not empty others adopt
		}
	}
	h.ctl.left.Add(1)
}

// lastGen is the last generation of any block that began in a span since it was
// cut with generation gen.
func (h *heap) lastGen(span uint64, c int, gen uint32) uint32 {
	steps := uint32(0)
	for i := range classes[c].count {
		steps = max(steps, since(block(h.small[span].blocks[i].Load()).gen(), gen))
	}
	return (gen + steps) & genMask
}

// since is how many steps a generation is after gen; a word that was not yet cut
// is before it.
func since(now, gen uint32) uint32 {
	if d := (now - gen) & genMask; d <= genMask/2 {
		return d
	}
	return 0
}

// smallCensus is what the words of a span's blocks say.
type smallCensus struct {
	live  uint64 // blocks
	bytes uint64 // of these, as they were asked for
	freed uint64 // how often a block was freed
}

// census counts the blocks of a span that was cut with generation gen.
func (h *heap) census(span uint64, c int, gen uint32) (s smallCensus) {
	class := &classes[c]
	for i := range class.count {
		b := block(h.small[span].blocks[i].Load())
		s.freed += uint64(since(b.gen(), gen))
		if b.lives() {
			s.live++
			s.bytes += uint64(class.size) - min(b.slack(), uint64(class.size))
		}
	}
	return s
}
