package member

import (
	"iter"

	"github.com/shmengine/shmengine/futex"
)

// Info describes one member, for people. It is read from shared memory: a peer
// may have written anything there.
type Info struct {
	ID     futex.ID `json:"id"`
	Alive  bool     `json:"alive"`
	PID    uint32   `json:"pid"`    // in the pid namespace PIDNS
	PIDNS  uint64   `json:"pid_ns"` // inode of the namespace, 0 if unknown
	Start  uint64   `json:"start"`  // start time of the process, in clock ticks since boot
	Parked []uint64 `json:"parked"` // offsets in the region of the words that it sleeps on
}

// All yields the members, in the order of their slots, with those that are dead
// and not swept yet.
func (m *Member) All() iter.Seq[Info] {
	return func(yield func(Info) bool) {
		for i := range m.table.slots {
			s := &m.table.slots[i]
			st := s.load()
			if st.kind != live || st.gen == 0 {
				continue
			}
			info := s.info(id(i, st.gen), uint64(len(m.cfg.Region)))
			info.Alive = m.Alive(info.ID)
			if !yield(info) {
				return
			}
		}
	}
}

// parkedIn returns the parked offsets that lie in a region of size bytes.
func (s *slot) parkedIn(size uint64) []uint64 {
	var offsets []uint64
	for i := range s.parked {
		if v := s.parked[i].Load(); v != 0 && v <= size {
			offsets = append(offsets, v-1)
		}
	}
	return offsets
}
