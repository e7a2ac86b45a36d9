package shmarena

import (
	"errors"
	"fmt"
	"math/bits"
)

// A member that has used up the hints it took looks for more, in this order: in
// the rest of its span; in those of its spans that it believed full and got mail
// about; in spans that members who are gone have left; in a new span.
//
// The order of two stores makes that no hint is lost while all live. Whoever
// frees sets the hint, and then looks whether the owner believes the span full.
// The owner says that it is full, and then looks at the hints once more.

// refillTries bounds how often spans are changed under who looks for a block.
const refillTries = 1 << 10

// refill gets hints. The caller holds the magazine, which has none.
func (h *heap) refill(m *magazine, c int) error {
	for range refillTries {
		if m.ctrl != 0 && h.grab(m, c) {
			return nil
		}
		if m.ctrl != 0 && h.leave(m, c) {
			continue
		}
		if h.fromMail(m, c) || h.fromDead(m, c) {
			continue
		}
		if err := h.newSpan(m, c); err != nil {
			return err
		}
	}
	return fmt.Errorf("class of %d bytes: lost its span %d times: %w", classes[c].size, refillTries, ErrBusy)
}

// grab takes the hints of the next word that has some, beginning with the first.
func (h *heap) grab(m *magazine, c int) bool {
	if h.ctrlOf(m.span.Load()) != m.ctrl {
		m.drop()
		return false
	}
	class, t := &classes[c], &h.small[m.span.Load()]
	for k := range class.words() {
		if t.hints[k].Load() == 0 {
			continue
		}
		if m.hints = t.hints[k].Swap(0) & class.hintMask(k); m.hints != 0 {
			m.word = uint64(k)
			return true
		}
	}
	return false
}

// leave gives up the magazine's span as full, unless it is not.
func (h *heap) leave(m *magazine, c int) (more bool) {
	s, t := &h.spans[m.span.Load()], &h.small[m.span.Load()]
	s.room.Store(roomNone)
	for k := range classes[c].words() {
		if t.hints[k].Load() == 0 {
			continue
		}
		if s.room.CompareAndSwap(roomNone, roomKnown) {
			return true
		}
		break // somebody has sent mail about it
	}
	m.drop()
	return false
}

// use makes a SMALL span of this member the magazine's, of which it has no hints yet.
func (m *magazine) use(span uint64, now ctrl) {
	m.span.Store(span)
	m.ctrl, m.hints = now, 0
}

// fromMail finds one of this member's spans that it got mail about.
func (h *heap) fromMail(m *magazine, c int) bool {
	mail := &h.cells[h.self.ID().Slot()].mail[c]
	for waits := mail.Load(); waits != 0; waits &= waits - 1 {
		group := uint64(bits.TrailingZeros64(waits))
		mail.And(^uint64(1 << group)) // before the look: what comes later is mail again
		if span, now, ok := h.mailed(group, c); ok {
			mail.Or(1 << group) // there may be more
			m.use(span, now)
			return true
		}
	}
	return false
}

// mailed finds a span with mail in a group, and marks that it is known.
func (h *heap) mailed(group uint64, c int) (span uint64, now ctrl, ok bool) {
	n, total := h.mailGroup(), uint64(len(h.spans))
	for i := min(group*n, total); i < min((group+1)*n, total); i++ {
		now := h.ctrlOf(i)
		if now.state() != stateSmall || now.owner() != h.self.ID() {
			continue
		}
		if got, isClass := h.extOf(i).class(); !isClass || got != c {
			continue
		}
		if h.spans[i].room.CompareAndSwap(roomMail, roomKnown) {
			return i, now, true
		}
	}
	return 0, 0, false
}

// fromDead adopts a span of a member that is gone. It looks again only after
// somebody has left spans behind.
func (h *heap) fromDead(m *magazine, c int) bool {
	left := h.ctl.left.Load()
	if left == m.left {
		return false
	}
	for i := range uint64(len(h.spans)) {
		old := h.ctrlOf(i)
		if old.state() != stateSmall || old.owner() == h.self.ID() || h.spans[i].room.Load() == roomNone {
			continue
		}
		if got, isClass := h.extOf(i).class(); !isClass || got != c || h.self.Alive(old.owner()) {
			continue
		}
		now := old.as(stateSmall, h.self.ID())
		if !h.spans[i].ctrl.CompareAndSwap(uint64(old), uint64(now)) {
			continue
		}
		h.spans[i].room.Store(roomKnown)
		h.hintFree(i, c)
		m.use(i, now)
		return true
	}
	m.left = left
	return false
}

// hintFree gives a hint for each block of a span that is free without one. A block that is in somebody's magazine may get
// a second hint so; it costs him a look.
func (h *heap) hintFree(span uint64, c int) {
	t := &h.small[span]
	for k := range classes[c].words() {
		missing := uint64(0)
		for i := range min(64, classes[c].count-64*uint32(k)) {
			if block(t.blocks[64*k+int(i)].Load()).state() == blockFree {
				missing |= 1 << i
			}
		}
		if missing &^= t.hints[k].Load(); missing != 0 {
			t.hints[k].Or(missing)
		}
	}
}

// newSpan takes a span from the heap and cuts it into blocks.
func (h *heap) newSpan(m *magazine, c int) error {
	g, err := h.obtain(smallExtent(c))
	if err != nil {
		return err
	}
	if err := h.needTable(g.first, c); err != nil {
		_ = h.abandon(g.first, g.gen) // what it returns tells less
		return err
	}
	h.cut(g, c)
	if err := h.publish(g, stateSmall); err != nil {
		return err
	}
	m.use(g.first, makeCtrl(stateSmall, h.self.ID(), g.gen))
	return nil
}

// needTable reserves a span's table as far as the class uses it. It is never
// given back: who has a stale Array may look at it.
func (h *heap) needTable(span uint64, c int) error {
	have, need := &h.spans[span].table, align(classes[c].tableLen(), tableAlign)
	if have.Load() >= need {
		return nil
	}
	off := h.tables + span*tableSize
	err := h.mem.reserve(off, need)
	if errors.Is(err, ErrNoSpace) && h.reclaim() > 0 {
		err = h.mem.reserve(off, need)
	}
	if err != nil {
		return err
	}
	have.Store(need)
	return nil
}

// cut writes the table of a span that is COMMITTING.
func (h *heap) cut(g grant, c int) {
	t, class := &h.small[g.first], &classes[c]
	for i := range class.count {
		t.blocks[i].Store(uint64(makeBlock(blockFree, 0, 0, g.gen)))
	}
	for k := range hintWords {
		t.hints[k].Store(class.hintMask(k))
	}
	h.spans[g.first].room.Store(roomKnown)
}
