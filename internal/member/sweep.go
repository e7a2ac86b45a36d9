package member

import (
	"errors"
	"fmt"
)

// maxOwed bounds the lives of one slot that one sweep recovers. More than one is
// owed only when a joiner adopted the slot of a dead one and died before it had
// swept; a larger number is a hostile peer's.
const maxOwed = 64

// claim locks slot i's claim byte. It is false if another member has it.
func (m *Member) claim(i int) (bool, error) { return m.lock.try(m.lock.claim(i)) }

func (m *Member) unclaim(i int) { _ = m.lock.unlock(m.lock.claim(i)) }

// Reap confirms which members are dead, sweeps them and frees their slots. It
// returns how many lives it swept. Slots that another member is sweeping are
// left to it: if that one dies, its death leads to the next Reap.
func (m *Member) Reap() (int, error) {
	m.sweeping.Lock()
	defer m.sweeping.Unlock()
	if m.left.Load() {
		return 0, ErrLeft
	}
	var (
		total int
		errs  []error
	)
	for i := range m.table.slots {
		n, err := m.reapSlot(i)
		total += n
		if err != nil {
			errs = append(errs, fmt.Errorf("member: sweep slot %d: %w", i, err))
		}
	}
	return total, errors.Join(errs...)
}

// reapSlot sweeps slot i if its member is dead, or what is owed from before this
// member adopted it.
func (m *Member) reapSlot(i int) (int, error) {
	s := &m.table.slots[i]
	if i == int(m.id.Slot()) {
		return m.sweep(i, m.id.Generation())
	}
	switch st := s.load(); st.kind {
	case free, retired:
		return 0, nil
	case live:
		if held, err := m.lock.held(m.lock.life(i), 1); held || err != nil {
			return 0, err
		}
	}
	claimed, err := m.claim(i)
	if !claimed || err != nil {
		return 0, err
	}
	defer m.unclaim(i)
	return m.reapClaimed(i)
}

// reapClaimed is reapSlot with the claim held: the slot may have changed.
func (m *Member) reapClaimed(i int) (int, error) {
	s := &m.table.slots[i]
	st := s.load()
	if st.kind == live {
		var err error
		if st, err = m.bury(i, st); err != nil {
			return 0, err
		}
	}
	if st.kind != dead {
		return 0, nil
	}
	n, err := m.sweep(i, st.gen)
	if err != nil {
		return n, err
	}
	m.table.release(s, st.gen)
	return n, nil
}

// sweep recovers every life of slot i that is owed, those before gen, oldest
// first. Killed or failing half-way it is done again from the first that failed.
func (m *Member) sweep(i int, gen uint32) (int, error) {
	s, n := &m.table.slots[i], 0
	for life := owed(s.swept.Load(), gen); life < gen; life += 2 {
		if m.cfg.Sweep != nil {
			if err := m.cfg.Sweep(id(i, life)); err != nil {
				return n, err
			}
		}
		n++
		s.swept.Store(life + 2)
	}
	return n, nil
}

// owed is the first life to sweep when those before swept have been, for a slot
// that is at gen. The number comes from shared memory.
func owed(swept, gen uint32) uint32 {
	if gen > 2*maxOwed {
		swept = max(swept, gen-2*maxOwed)
	}
	return swept | 1
}

// Leave ends the membership. The caller's goroutines must be done with whatever
// uses the member: what it still holds is treated as a dead member's.
//
// It waits for a Sweep that is running. Peers that sleep look again.
func (m *Member) Leave() error {
	if m.left.Swap(true) {
		return ErrLeft
	}
	m.cancel()
	m.watchers.Wait()
	m.sweeping.Lock()
	defer m.sweeping.Unlock()
	m.line.end()
	m.vacate()
	m.announce()
	if err := m.lock.file.Close(); err != nil {
		return fmt.Errorf("member: leave: %w", err)
	}
	return nil
}

// vacate gives the slot up: the generation is stepped before the life byte is
// unlocked. With lives owed the slot is left to be swept, this one's with them.
func (m *Member) vacate() {
	i, gen := int(m.id.Slot()), m.id.Generation()
	s := &m.table.slots[i]
	if owed(s.swept.Load(), gen) < gen {
		s.clear()
		s.store(state{dead, after(gen)})
		return
	}
	m.table.release(s, after(gen))
}
