package member

import (
	"context"
	"time"

	"github.com/shmengine/shmengine/futex"
)

const (
	// A death is probed for by timer where the kernel cannot tell (another pid
	// namespace, no descriptor left), and after the kernel has told, until the
	// dead one's lock is gone.
	probeFirst = 10 * time.Millisecond
	probeLast  = time.Second
	dyingFirst = 100 * time.Microsecond
	nearLast   = 20 * time.Millisecond // a member in this very process: tests

	// sweepRest is how long a sweep waits behind the nudge: sleepers that were woken
	// go first, also in a process that runs one goroutine at a time.
	sweepRest = 200 * time.Microsecond

	// tableRest is the least time between two looks at the table: a peer that
	// steps the membership word for ever costs little.
	tableRest = time.Millisecond
)

// watchTable watches every member, and learns of new ones, until Leave.
//
// After each change it watches whoever is there, then nudges: a sleeper that
// evaluated before may sleep for somebody who died unwatched. After the nudge
// every sleeper has evaluated with all live members watched.
//
// A life word that was marked is no change: whoever is not waiting here leaves
// the CPU to those who are, and hears of the death when it is complete.
func (m *Member) watchTable() {
	word := &m.table.head.membership
	for known := word.Load() - 1; ; {
		v := word.Load() // before the scan: a change meanwhile ends the wait
		if v != known {
			m.scan()
			m.lot.Nudge()
			m.reapQuietly()
			known = v
		}
		words := append([]futex.Waiter{{Word: word, Old: v}}, m.lives()...)
		if _, err := futex.WaitAny(m.ctx, words); err != nil && err != futex.ErrAgain {
			return
		}
		m.hear()
		if !rest(m.ctx, tableRest) {
			return
		}
	}
}

// scan watches the live members that are not watched, and stops watching those
// that are gone.
func (m *Member) scan() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, cancel := range m.watched {
		if !m.present(id) {
			cancel()
		}
	}
	for i := range m.table.slots {
		s := &m.table.slots[i]
		st := s.load()
		if st.kind != live || st.gen == 0 {
			continue
		}
		id := id(i, st.gen)
		if _, ok := m.watched[id]; ok || id == m.id || !m.present(id) {
			continue
		}
		ctx, cancel := context.WithCancel(m.ctx)
		m.watched[id] = cancel
		m.watchers.Go(func() { m.watch(ctx, id) })
	}
}

// watch waits for the end of one member, then wakes this process's sleepers and
// sweeps. ctx ends when the member was found gone otherwise, or this one leaves.
func (m *Member) watch(ctx context.Context, id futex.ID) {
	defer m.unwatch(id)
	first, last := m.awaitExit(ctx, id)
	for pause := first; m.present(id); pause = min(2*pause, last) {
		rest(ctx, pause)
		if m.ctx.Err() != nil {
			return
		}
	}
	m.lot.Nudge()
	rest(ctx, sweepRest)
	m.reapQuietly()
	m.lot.Nudge() // for whatever the sweep has changed
}

func (m *Member) unwatch(id futex.ID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.watched[id]()
	delete(m.watched, id)
}

// awaitExit sleeps until the member's process has ended or ctx has, if the
// kernel can tell, and returns how to probe from then on.
//
// The process is known by its pid, which may be another's by now. If the member
// is alive after the descriptor is open, then the descriptor is its; if not,
// there is nothing to wait for.
func (m *Member) awaitExit(ctx context.Context, id futex.ID) (first, last time.Duration) {
	s := &m.table.slots[id.Slot()]
	pid, ns := s.pid.Load(), s.pidns.Load()
	switch {
	case pid == m.me.pid && ns == m.me.pidns:
		return dyingFirst, nearLast
	case ns != m.me.pidns || ns == 0:
		return probeFirst, probeLast
	}
	exit, err := openExit(pid)
	if err != nil {
		return probeFirst, probeLast
	}
	defer exit.close()
	if m.present(id) && !exit.wait(ctx) {
		return probeFirst, probeLast
	}
	return dyingFirst, probeLast
}

// reapQuietly sweeps in the background. What fails is tried again at the next
// death, join or Reap, which reports it.
func (m *Member) reapQuietly() {
	if m.ctx.Err() == nil {
		_, _ = m.Reap()
	}
}

// rest waits, and reports whether to go on.
func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
