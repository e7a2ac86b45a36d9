package member

import (
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// Park announces that the calling goroutine is going to sleep on word, and
// starts to watch the other members if nobody in this process did so far.
func (m *Member) Park(word *atomic.Uint32) *futex.Place {
	p := m.lot.Park(word)
	m.supervise.Do(func() { m.watchers.Go(m.watchTable) })
	return p
}

// Unpark ends the wait that Park began.
func (m *Member) Unpark(p *futex.Place) { m.lot.Unpark(p) }

// note lists the word that one of this member's sleepers sleeps on, in the table:
// for people who inspect it. Nothing depends on it.
func (m *Member) note(sleeper int, word *atomic.Uint32) {
	entry := &m.table.slots[m.id.Slot()].parked[sleeper]
	off, ok := uint64(0), false
	if word != nil {
		off, ok = offsetIn(m.cfg.Region, word)
	}
	if !ok {
		entry.Store(0)
		return
	}
	entry.Store(off + 1)
}
