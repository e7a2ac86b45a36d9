package ringbuf

import (
	"fmt"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// askEvery is after how many failures of a handle it asks whether the others live.
const askEvery = 256

// sit claims a seat for m: one of somebody who died, else one that is free.
func (r *MPMC[T]) sit(all *[seats]atomic.Uint32, m futex.Member) (*atomic.Uint32, error) {
	if r.toSenders.Load()&poisoned != 0 {
		return nil, fmt.Errorf("take a seat: %w", ErrCorrupt)
	}
	for range 2 {
		for _, wanted := range [...]uint32{departed, 0} {
			for i := range all {
				if v := all[i].Load(); v&departed == wanted && (v == 0 || wanted != 0) && all[i].CompareAndSwap(v, uint32(m.ID())) {
					return &all[i], nil
				}
			}
		}
		r.mend(m, r.tail.Load())
	}
	return nil, fmt.Errorf("take a seat: %w: all %d are taken", ErrBusy, seats)
}

// Repair looks for what dead processes have left in the ring, as those do that are held up by it,
// and returns whether there was anything: a gap of a push, a value that somebody had taken, a seat.
// It asks about every process that has a seat, and looks at all cells if one of them is dead.
func (r *MPMC[T]) Repair(m futex.Member) bool { return r.mend(m, r.head.Load()) }

// mend repairs what the dead have left: those with a seat, and whoever owns the cell of value i.
func (r *MPMC[T]) mend(m futex.Member, i uint64) (found bool) {
	for _, all := range [...]*[seats]atomic.Uint32{r.senders, r.receivers} {
		for k := range all {
			id := all[k].Load()
			if id == 0 || id&departed != 0 || m.Alive(futex.ID(id)) {
				continue
			}
			found = true
			r.bury(id)
			all[k].CompareAndSwap(id, id|departed) // last: until now somebody else would do it again
		}
	}
	w := r.cells.at(i).stamp.Load()
	if id := uint32(w & ownerMask); id != 0 && w&cellClaimed != 0 && !m.Alive(futex.ID(id)) { // without a seat
		found = true
		r.bury(id)
	}
	return found
}

// bury makes the cells of a dead process everybody's. It may be done by several at once, and by
// half.
func (r *MPMC[T]) bury(id uint32) {
	for i := range r.size {
		word := &r.cells.at(i).stamp
		w := word.Load()
		if w&ownerMask != uint64(id) {
			continue
		}
		switch w & stateMask {
		case cellClaimed:
			word.CompareAndSwap(w, w&^(lapUnit-1)+lapUnit)
		case cellTaken:
			word.CompareAndSwap(w, w&^(lapUnit-1)|cellFull)
		}
	}
	r.strays.Add(1) // after the cells: who has not seen it has looked before, and looks again
	r.wakeAll()
}

// deserted says that a process died in one of the seats, and that nobody sits in any.
func deserted(all *[seats]atomic.Uint32) bool {
	died := false
	for i := range all {
		switch v := all[i].Load(); {
		case v&departed != 0:
			died = true
		case v != 0:
			return false
		}
	}
	return died
}
