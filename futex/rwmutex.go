package futex

import "context"

// readersTurn is the owner of an RWMutex that only readers may lock: those that
// waited while a writer had it are not in yet. No member has this id.
const readersTurn = idMask - 1

// open reports whether the word lets readers in.
func open(v uint32) bool { return v&idMask == 0 || v&idMask == readersTurn }

// RLock locks the mutex for reading, for mb.
//
//   - nil: locked for reading.
//   - ErrOwnerDied: a writer died while it held the mutex, or waited for it to
//     drain of readers, and now the caller holds it FOR WRITING, alone. Repair
//     what it guards, then MarkConsistent, then Unlock, and RLock again if it is
//     still to be read.
//   - ErrNotRecoverable: not locked, and never will be again.
//   - ErrFull: not locked; 64 other members hold or await read locks.
//   - ErrOverflow: not locked; the member holds as many as can be counted.
//   - an error of ctx, never before its deadline: not locked. A mutex that can
//     be had at once is locked even if ctx is already done.
//   - ErrAddress: not locked; the mutex is not in mapped memory.
func (m *RWMutex) RLock(ctx context.Context, mb Member) error {
	id := mb.ID()
	counted := countIn(&m.cells[home(id)].held, cellOf(id, 0))
	if counted && m.word.Load() == 0 {
		return nil
	}
	return m.rlockSlow(ctx, mb, counted)
}

// RUnlock gives back one read lock of mb's, and wakes the writer that waits for
// the last one.
//
// It panics if mb has no read lock; nothing is changed then.
func (m *RWMutex) RUnlock(mb Member) {
	id := mb.ID()
	left := countOut(&m.cells[home(id)].held, cellOf(id, 0))
	if !left || m.word.Load() != 0 {
		m.runlockSlow(mb, left)
	}
}

// TryRLock is RLock without waiting. It is (true, nil), (true, ErrOwnerDied) for
// a mutex that it now holds for writing, or false: with nil if a writer holds or
// awaits it, else with what RLock returns.
func (m *RWMutex) TryRLock(mb Member) (bool, error) {
	for {
		switch v := m.word.Load(); {
		case open(v):
			if in, err := m.enter(mb); in || err != nil {
				return in, err
			}
		case v&idMask == notRecoverable:
			return false, ErrNotRecoverable
		case mb.Alive(ID(v & idMask)):
			return false, nil
		case m.rob(mb, v):
			return m.takeNow(mb, v)
		}
	}
}

// Lock locks the mutex for writing, for mb. Its errors are those of RLock, but
// for ErrFull and ErrOverflow; ErrOwnerDied is returned with the mutex locked.
//
// A goroutine that locks what its own process holds, for reading or writing,
// waits like any other.
func (m *RWMutex) Lock(ctx context.Context, mb Member) error {
	// Pairs with Unlock; and comes before the look at the cells: see readers.
	claimed := m.word.CompareAndSwap(0, uint32(mb.ID()))
	if claimed && !m.counted() {
		return nil
	}
	return m.lockSlow(ctx, mb, claimed)
}

// TryLock is Lock without waiting. It is (true, nil), (true, ErrOwnerDied), or
// false: with nil if somebody holds the mutex, or waits to read when it is the
// readers' turn; with ErrNotRecoverable if it is lost.
func (m *RWMutex) TryLock(mb Member) (bool, error) {
	for {
		switch v := m.word.Load(); {
		case v&idMask == notRecoverable:
			return false, ErrNotRecoverable
		case v == 0 && m.readers(mb): // do not make readers wait in vain
			return false, nil
		case v == 0:
			if m.word.CompareAndSwap(0, uint32(mb.ID())) {
				return m.takeNow(mb, 0)
			}
		case v&idMask == readersTurn && m.waiting(mb):
			return false, nil
		case !open(v) && mb.Alive(ID(v&idMask)):
			return false, nil
		case m.rob(mb, v):
			return m.takeNow(mb, v)
		}
	}
}

// Unlock gives the mutex back that mb has locked for writing: to the readers
// that wait, if there are any, else to anybody. After ErrOwnerDied without
// MarkConsistent it makes the mutex not recoverable, and wakes all.
//
// It panics if mb does not hold the mutex for writing; the mutex is then
// unchanged.
func (m *RWMutex) Unlock(mb Member) {
	// Pairs with Lock and RLock: publishes what was written under the lock.
	if !m.marked() && m.word.CompareAndSwap(uint32(mb.ID()), 0) {
		ring(&m.gate)
		return
	}
	m.unlockSlow(mb)
}

// MarkConsistent says that what the mutex guards has been repaired after
// ErrOwnerDied. Without a dead previous owner it does nothing.
//
// It panics if mb does not hold the mutex for writing.
func (m *RWMutex) MarkConsistent(mb Member) {
	for {
		v := m.word.Load()
		if v&idMask != uint32(mb.ID()) {
			panic("futex: MarkConsistent of an RWMutex that the member does not hold for writing")
		}
		if v&deadFlag == 0 || m.word.CompareAndSwap(v, v&^deadFlag) {
			return
		}
	}
}

// Writer returns the member that has, or is waiting for, the mutex for writing
// at this moment, for reports: by the time the caller looks, somebody else may.
// NoID is nobody.
func (m *RWMutex) Writer() ID {
	if v := m.word.Load() & idMask; v < readersTurn {
		return ID(v)
	}
	return NoID
}
