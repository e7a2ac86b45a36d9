package member

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/shmengine/shmengine/futex"
)

// joinTries is how often Join goes through the table while others have slots
// claimed, a millisecond and then up to 20 apart: about a second.
var joinTries = 64 // changed by tests only

// Join takes a slot of the table: the one that has been free for longest, else
// one whose member is dead.
//
// It does not sweep, since Sweep may need the member that it is about to return:
// call Reap when the member can be used.
func Join(cfg Config) (*Member, error) {
	m, err := newMember(cfg)
	if err == nil {
		err = m.join()
	}
	if err != nil {
		_ = cfg.Lock.Close()
		return nil, err
	}
	if cfg.Region != nil {
		m.lot.Note = m.note
	}
	m.ctx, m.cancel = context.WithCancel(context.Background())
	m.heard = make([]futex.ID, len(m.table.slots))
	m.doom = make([]atomic.Uint32, len(m.table.slots))
	m.line = startLifeline(&m.table.slots[m.id.Slot()].life)
	m.announce()
	return m, nil
}

func newMember(cfg Config) (*Member, error) {
	t, err := newTable(cfg.Mem)
	if err != nil {
		return nil, err
	}
	l, err := newLockFile(cfg.Lock, cfg.Base)
	if err != nil {
		return nil, fmt.Errorf("member: lock file: %w", err)
	}
	return &Member{cfg: cfg, table: t, lock: l, me: whoami(), watched: make(map[futex.ID]context.CancelFunc)}, nil
}

// join takes a slot, waiting a while for slots that others have claimed: they
// may be about to become free.
func (m *Member) join() error {
	pause := time.Millisecond
	for range joinTries {
		ok, busy, err := m.takeAny()
		switch {
		case err != nil:
			return fmt.Errorf("member: join: %w", err)
		case ok:
			return nil
		case !busy:
			return fmt.Errorf("%w (%d slots)", ErrFull, len(m.table.slots))
		}
		time.Sleep(pause)
		pause = min(2*pause, 20*time.Millisecond)
	}
	return fmt.Errorf("%w or being swept (%d slots)", ErrFull, len(m.table.slots))
}

// takeAny takes the best slot it can. busy says that another may have come free
// by the next try.
func (m *Member) takeAny() (ok, busy bool, err error) {
	for _, i := range m.candidates() {
		ok, b, err := m.take(i)
		if ok || err != nil {
			return ok, false, err
		}
		busy = busy || b
	}
	return false, busy, nil
}

// candidates lists the slots that may be taken: free ones, the longest free
// first, then those that have or had a member.
func (m *Member) candidates() []int {
	if m.cfg.Fresh {
		return []int{0}
	}
	type candidate struct {
		i     int
		freed uint64
	}
	var list []candidate
	for i := range m.table.slots {
		switch s := &m.table.slots[i]; s.load().kind {
		case free:
			list = append(list, candidate{i, s.freed.Load()})
		case live, dead:
			list = append(list, candidate{i, math.MaxUint64})
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(a.freed, b.freed) })
	order := make([]int, len(list))
	for k, c := range list {
		order[k] = c.i
	}
	return order
}

// take takes slot i if it is free, or its member dead. A dead member's slot is
// adopted with its debt: its lives stay owed to Sweep (swept is not stepped).
//
// Killed after any step it leaves a slot that the next one takes or sweeps: the
// generation moves on before the life byte is locked, and LIVE is stored last.
func (m *Member) take(i int) (ok, busy bool, err error) {
	s := &m.table.slots[i]
	claimed, err := m.claim(i)
	if !claimed || err != nil {
		return false, err == nil, err
	}
	defer m.unclaim(i)
	st := s.load()
	if st.kind == live {
		if st, err = m.bury(i, st); err != nil || st.kind == live {
			return false, false, err
		}
	}
	if st.kind == retired || st.gen >= lastGen {
		return false, false, nil
	}
	locked, err := m.lock.try(m.lock.life(i))
	if !locked || err != nil { // a leaver that has not closed its lock file yet
		return false, err == nil, err
	}
	gen := (st.gen + 1) | 1
	if st.kind == free {
		s.swept.Store(gen)
	}
	s.clear()
	s.pid.Store(m.me.pid)
	s.pidns.Store(m.me.pidns)
	s.start.Store(m.me.start)
	s.store(state{live, gen})
	m.id = id(i, gen)
	return true, false, nil
}

// bury makes a LIVE slot DEAD if its member is, and returns what it is then. From
// here on the dead one's generation is gone from the slot.
//
// Preconditions: the slot's claim byte is held, st is its state.
func (m *Member) bury(i int, st state) (state, error) {
	held, err := m.lock.held(m.lock.life(i), 1)
	if held || err != nil {
		return st, err
	}
	st = state{dead, after(st.gen)}
	m.table.slots[i].store(st)
	return st, nil
}

// announce tells every supervisor that the table has changed.
func (m *Member) announce() {
	m.table.head.membership.Add(1)
	_, _ = futex.Wake(&m.table.head.membership, math.MaxInt32)
}
