package member

import (
	"math"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/spin"
)

// A process that is killed is seen dead when its file lock is gone, and the kernel
// gives that up only when it has taken the process's memory apart: half a
// millisecond for a small one, 66 us for each MiB that it had touched, so whole
// tenths of a second for a large one. But it looks through the robust futexes of
// each thread first. So every member has a thread that does nothing but live, with
// a robust futex in the member's slot (its lifeline): when the kernel marks it, the
// others look whether all threads of the process are in their exit. None of them
// will run again then, so the member is as dead as it will ever be.
//
// Where the kernel has no robust futexes, or the process cannot be seen (another
// pid namespace), the lock says it, later.

// The bits of a robust futex, which the kernel knows.
const (
	futexWaiters   = 1 << 31
	futexOwnerDied = 1 << 30
)

const (
	// maxLives is how many life words one thread waits for. Those of more members
	// are left to the pidfds.
	maxLives = 64

	// A process whose life word is marked is in its exit at any moment: it is looked
	// at again and again for confirmAtOnce, then confirmTries times with a pause that
	// doubles from confirmFirst on, 6 ms in all.
	confirmAtOnce = 300 * time.Microsecond
	confirmTries  = 6
	confirmFirst  = 100 * time.Microsecond
)

// lives are the life words of the others that are not marked.
func (m *Member) lives() (words []futex.Waiter) {
	for i := range m.table.slots {
		s := &m.table.slots[i]
		if s.load().kind != live || i == int(m.id.Slot()) || len(words) == maxLives {
			continue
		}
		if v := s.life.Load(); v != 0 && v&futexOwnerDied == 0 {
			words = append(words, futex.Waiter{Word: &s.life, Old: v})
		}
	}
	return words
}

// hear looks at the members whose life words the kernel has marked, once each; if
// nobody here waits for one of them there is no hurry.
func (m *Member) hear() {
	for i := range m.table.slots {
		s := &m.table.slots[i]
		st := s.load()
		if st.kind != live || s.life.Load()&futexOwnerDied == 0 {
			continue
		}
		id := id(i, st.gen)
		if m.heard[i] == id {
			continue
		}
		m.heard[i] = id
		_, _ = futex.Wake(&s.life, math.MaxInt32) // the kernel has woken one
		if m.lot.WaitsFor(id) && m.confirm(id) {
			m.lot.Nudge()
		}
	}
}

// confirm waits, not for long, until the member is seen dead.
func (m *Member) confirm(id futex.ID) bool {
	for begin := time.Now(); time.Since(begin) < confirmAtOnce; spin.OSYield() {
		if !m.Alive(id) {
			return true
		}
	}
	pause := confirmFirst
	for range confirmTries {
		if !m.Alive(id) {
			return true
		}
		if !rest(m.ctx, pause) {
			return false
		}
		pause *= 2
	}
	return !m.Alive(id)
}

// doomed reports whether the member id, who is present, will never run again. Once
// it is true it stays true.
func (m *Member) doomed(id futex.ID) bool {
	if id == m.id {
		return false
	}
	s, seen := &m.table.slots[id.Slot()], &m.doom[id.Slot()]
	if seen.Load() == uint32(id) {
		return true
	}
	if s.life.Load()&futexOwnerDied == 0 || m.me.pidns == 0 || s.pidns.Load() != m.me.pidns {
		return false
	}
	if !inExit(s.pid.Load(), s.start.Load()) {
		return false
	}
	seen.Store(uint32(id))
	return true
}
