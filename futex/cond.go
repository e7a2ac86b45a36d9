package futex

import (
	"context"
	"errors"
	"math"
)

// Wait unlocks m, waits until it is notified, and locks m again. It returns with
// m locked, whatever it returns, but for the last two:
//
//   - nil: notified. Whoever waits for something to become true looks again.
//   - ErrOwnerDied: an owner of m died. Repair what m guards, MarkConsistent,
//     and look again; the caller does not wait any more.
//   - an error of ctx: not notified; a notify that came first has been taken,
//     and is nil. With ctx done from the start m is not unlocked at all.
//   - both of these, joined.
//   - ErrFull: goroutines of 64 other members wait. m was not unlocked.
//   - ErrNotRecoverable, ErrAddress: m is not locked, and cannot be.
//
// It waits for m without regard to ctx. It panics if mb does not hold m.
func (c *Cond) Wait(ctx context.Context, m *Mutex, mb Member) error {
	m.mustHold(mb)
	if err := ctx.Err(); err != nil {
		return err
	}
	cell, err := c.enlist(mb)
	if err != nil {
		return err
	}
	w := condWait{c, cell, m, mb, mb.Park(&cell.word)}
	defer mb.Unpark(w.place) // with m held again
	w.place.join()           // so that the order in line is that of the waits
	m.Unlock(mb)
	return w.wait(ctx)
}

// WaitFor waits until pred, which is called with m locked, is true. It is nil if
// and only if pred was true at the end; the errors are those of Wait. After
// ErrOwnerDied pred is not called: what it looks at must be repaired first.
//
// It panics if mb does not hold m.
func (c *Cond) WaitFor(ctx context.Context, m *Mutex, mb Member, pred func() bool) error {
	m.mustHold(mb)
	for !pred() {
		err := c.Wait(ctx, m, mb)
		switch {
		case err == nil:
		case m.Holder() != mb.ID(), errors.Is(err, ErrOwnerDied), !pred():
			return err
		default:
			return nil
		}
	}
	return nil
}

// Notify wakes n of those who wait, or all if there are fewer.
//
// It panics if mb does not hold m.
func (c *Cond) Notify(m *Mutex, mb Member, n int) {
	m.mustHold(mb)
	c.give(mb, uint32(min(max(n, 0), math.MaxInt32)))
}

// NotifyAll wakes all who wait.
//
// It panics if mb does not hold m.
func (c *Cond) NotifyAll(m *Mutex, mb Member) { c.Notify(m, mb, math.MaxInt32) }

// Waiting returns how many goroutines are in Wait, members that have died
// included until somebody has noticed. If it is 0 while m is held, no call of
// Wait touches the Cond any more: it may be used for something else.
func (c *Cond) Waiting() int {
	sum := 0
	for i := range c.cells {
		notified, waiting := split(c.cells[i].counts.Load())
		sum += int(notified) + int(waiting)
	}
	return sum
}

// mustHold panics if mb does not hold m.
func (m *Mutex) mustHold(mb Member) {
	if m.word.Load()&idMask != uint32(mb.ID()) {
		panic("futex: use of a Cond without holding its mutex")
	}
}

func split(counts uint64) (notified, waiting uint32) { return uint32(counts >> 32), uint32(counts) }
func joint(notified, waiting uint32) uint64          { return uint64(notified)<<32 | uint64(waiting) }

// condWait is one call of Wait.
type condWait struct {
	cond   *Cond
	cell   *condCell
	mutex  *Mutex
	member Member
	place  *Place
}

func (w *condWait) wait(ctx context.Context) (err error) {
	asleep := false
	defer func() {
		if asleep { // a method of ctx panics
			w.abandon()
		}
	}()
	for {
		w.place.Look()
		word := w.cell.word.Load()
		if w.due() {
			if done, err := w.settle(nil); done {
				return err
			}
			continue
		}
		at(pointHanging)
		asleep = true
		err := w.place.WaitInLine(ctx, word)
		asleep = false
		if err != nil {
			_, err = w.settle(err)
			return err
		}
		at(pointWoken)
	}
}

// abandon ends the wait of a goroutine that does not come back to it, with the mutex
// locked if that can be. A notify that it has had is for somebody else.
func (w *condWait) abandon() {
	err := w.mutex.Lock(context.Background(), w.member)
	if err != nil && !errors.Is(err, ErrOwnerDied) {
		return
	}
	if !w.notified() {
		_ = w.leave(1, nil)
		return
	}
	_ = w.leave(1<<32, nil)
	w.cond.give(w.member, 1)
}

// due reports whether there is a reason to lock the mutex: a notify for this
// call; the mutex's owner is dead, or it is not certain yet whether the mutex
// will recover; or somebody died with a notify that others are to have.
func (w *condWait) due() bool {
	if w.notified() {
		return true
	}
	v := w.mutex.word.Load()
	owner := ID(v & idMask)
	if v&deadFlag != 0 || owner != NoID && !w.member.Alive(owner) { // or not recoverable
		return true
	}
	for i := range w.cond.cells {
		if w.cond.cells[i].legacy(w.member) {
			return true
		}
	}
	return false
}

// notified reports whether one of the notifies for this process is for this
// call: they are for those who have waited longest.
func (w *condWait) notified() bool {
	n, _ := split(w.cell.counts.Load())
	return n > 0 && w.place.among(n)
}

// settle locks the mutex and sees whether the wait is over, because it was
// notified, or because of why, or because of what the mutex says. If not, it
// gives away what the dead have left, and unlocks again.
func (w *condWait) settle(why error) (done bool, err error) {
	err = w.mutex.Lock(context.Background(), w.member)
	if err != nil && !errors.Is(err, ErrOwnerDied) {
		return true, both(err, why) // nobody will notify any more
	}
	at(pointTaken)
	if w.notified() {
		return true, w.leave(1<<32, err)
	}
	if why != nil || err != nil {
		return true, w.leave(1, both(err, why))
	}
	w.cond.bequeath(w.member)
	if w.notified() {
		return true, w.leave(1<<32, nil)
	}
	w.mutex.Unlock(w.member)
	return false, nil
}

// leave takes one off the counts.
func (w *condWait) leave(one uint64, err error) error {
	w.cell.counts.Store(w.cell.counts.Load() - one)
	return err
}

// both joins two errors, each of which may be nil.
func both(a, b error) error {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return errors.Join(a, b)
}
