package futex

import (
	"context"
	"math"

	"github.com/shmengine/shmengine/internal/spin"
)

// The order in which a killed process leaves things is what each of these
// functions is about. Whatever its last step was, the others find it out: a
// claim, a count or a mark of a dead member counts for nothing, and a wake that
// it owed is made good for by the nudge.

// runlockSlow is RUnlock after the fast path; left says that it has counted out.
func (m *RWMutex) runlockSlow(mb Member, left bool) {
	if !left {
		m.uncount(mb)
		return
	}
	m.tellWriter()
}

// rlockSlow is RLock after the fast path; counted says that it has counted mb in.
func (m *RWMutex) rlockSlow(ctx context.Context, mb Member, counted bool) error {
	if counted {
		if open(m.word.Load()) {
			return nil
		}
		m.uncount(mb)
	}
	for s := (spin.Spinner{}); ; {
		if open(m.word.Load()) {
			if in, err := m.enter(mb); in || err != nil {
				return err
			}
		}
		if ctx.Err() != nil || !s.Next() {
			break
		}
	}
	robbed, took, err := m.awaitGate(ctx, mb)
	if !took {
		return err
	}
	return m.drained(ctx, mb, robbed)
}

// awaitGate waits until mb is in as a reader, or has taken the word from a dead
// writer: took, and robbed is what it was.
func (m *RWMutex) awaitGate(ctx context.Context, mb Member) (robbed uint32, took bool, err error) {
	p := mb.Park(&m.gate)
	defer mb.Unpark(p)
	mark := -1
	defer func() {
		if mark >= 0 {
			m.unmark(mb, mark)
		}
	}()
	for {
		p.Look()
		bell := arm(&m.gate)
		v := m.word.Load()
		switch owner := v & idMask; {
		case open(v):
			if in, err := m.enter(mb); in || err != nil {
				return 0, false, err
			}
		case owner == notRecoverable:
			return 0, false, ErrNotRecoverable
		case !mb.Alive(ID(owner)):
			if m.rob(mb, v) {
				at(pointTaken)
				return v, true, nil
			}
		case ctx.Err() != nil:
			return 0, false, ctx.Err()
		case mark < 0: // and look again: the writer that leaves now may not see it
			if mark, err = m.add(mb, m.waited); err != nil {
				mark = -1
				return 0, false, err
			}
		default:
			if err := waitAtGate(ctx, p, bell); err != nil {
				return 0, false, err
			}
		}
	}
}

func waitAtGate(ctx context.Context, p *Place, bell uint32) error {
	at(pointHanging)
	err := p.WaitInLine(ctx, bell)
	if err == nil {
		at(pointWoken)
	}
	return err
}

// enter counts mb in, if the word stays open until it is.
func (m *RWMutex) enter(mb Member) (bool, error) {
	if _, err := m.add(mb, m.held); err != nil {
		return false, err
	}
	if open(m.word.Load()) {
		return true, nil
	}
	m.uncount(mb)
	return false, nil
}

// unmark takes back the mark that a goroutine of mb has set in cell i.
func (m *RWMutex) unmark(mb Member, i int) {
	for c := m.waited(i); ; {
		v := c.Load()
		if cellID(v) != mb.ID() || cellCount(v) == 0 || c.CompareAndSwap(v, v-1) {
			break
		}
	}
	m.endTurn(mb)
}

// endTurn ends the readers' turn if none of those for whom it is waits any more.
// Of two who take back their marks at once the later one sees no mark.
func (m *RWMutex) endTurn(mb Member) {
	for {
		v := m.word.Load()
		if v&idMask != readersTurn || m.waiting(mb) {
			return
		}
		if m.word.CompareAndSwap(v, 0) {
			if v&waitersFlag != 0 {
				at(pointReleased)
				_, _ = Wake(&m.word, 1)
			}
			return
		}
	}
}

// rob claims the word, which was v: free, or the readers' turn and none waits
// any more, or a dead writer's.
func (m *RWMutex) rob(mb Member, v uint32) bool {
	next := uint32(mb.ID()) | waitersFlag
	if !open(v) {
		next |= deadFlag
	}
	return m.word.CompareAndSwap(v, next)
}

// drained waits until the readers have left, after mb has claimed the word that
// was: the second half of every way to lock for writing. If ctx ends before, it
// undoes the claim, and so it does if a method of ctx panics.
func (m *RWMutex) drained(ctx context.Context, mb Member, was uint32) error {
	locked := false
	defer func() {
		if !locked {
			m.disclaim(mb, was)
		}
	}()
	for s := (spin.Spinner{}); m.counted() && ctx.Err() == nil && s.Next(); {
	}
	if err := m.awaitDrain(ctx, mb); err != nil {
		return err
	}
	locked = true
	return m.answer(was)
}

func (m *RWMutex) awaitDrain(ctx context.Context, mb Member) error {
	if !m.readers(mb) {
		return nil
	}
	p := mb.Park(&m.drain)
	defer mb.Unpark(p)
	for {
		p.Look()
		bell := arm(&m.drain)
		if !m.readers(mb) {
			return nil
		}
		if err := p.Wait(ctx, bell); err != nil {
			return err
		}
	}
}

// takeNow is drained without waiting.
func (m *RWMutex) takeNow(mb Member, was uint32) (bool, error) {
	if m.readers(mb) {
		m.disclaim(mb, was)
		return false, nil
	}
	return true, m.answer(was)
}

// answer is what whoever has locked a word that was so is told.
func (m *RWMutex) answer(was uint32) error {
	if open(was) {
		return nil
	}
	return ErrOwnerDied
}

// disclaim undoes a claim. A word that was a dead writer's is his again, so
// that the next one learns of him.
func (m *RWMutex) disclaim(mb Member, was uint32) {
	if open(was) {
		m.Unlock(mb)
		return
	}
	for {
		v := m.word.Load()
		if v&idMask != uint32(mb.ID()) {
			return // a peer has written into it
		}
		if m.word.CompareAndSwap(v, was|v&waitersFlag) {
			break
		}
	}
	ring(&m.gate)
	_, _ = Wake(&m.word, 1)
}

// unlockSlow unlocks with sleepers, with readers that wait, or after a dead
// owner. While the caller holds the mutex others only add W, so the loop ends.
func (m *RWMutex) unlockSlow(mb Member) {
	for {
		v := m.word.Load()
		if v&idMask != uint32(mb.ID()) {
			panic("futex: Unlock of an RWMutex that the member does not hold for writing")
		}
		next := uint32(0)
		switch {
		case v&deadFlag != 0:
			next = notRecoverable
		case m.marked():
			next = readersTurn | v&waitersFlag
		}
		if m.word.CompareAndSwap(v, next) {
			at(pointReleased)
			m.released(mb, v, next)
			return
		}
	}
}

// released wakes whoever can go on now that the word is next and no more v.
func (m *RWMutex) released(mb Member, v, next uint32) {
	ring(&m.gate)
	switch {
	case next == notRecoverable:
		_, _ = Wake(&m.word, math.MaxInt32)
	case next != 0:
		m.endTurn(mb) // all who waited may be gone already
	case v&waitersFlag != 0:
		_, _ = Wake(&m.word, 1)
	}
}
