package member

import (
	"fmt"
	"os"

	"github.com/shmengine/shmengine/futex"
)

// Look lists the members of a table without joining it, in the order of their
// slots: those that live, and those that are dead and not swept yet. mem is the
// table or a copy of it, region how many bytes parked words can lie in, and f any
// open description of the lock file but a member's own.
//
// It is for reports: a slot may change hands while it is read.
func Look(mem []byte, region uint64, f *os.File, base int64) ([]Info, error) {
	t, err := newTable(mem)
	if err != nil {
		return nil, err
	}
	l, err := newLockFile(f, base)
	if err != nil {
		return nil, fmt.Errorf("member: look at %s: %w", f.Name(), err)
	}
	var all []Info
	for i := range t.slots {
		st := t.slots[i].load()
		if st.kind != live || st.gen == 0 {
			continue
		}
		info := t.slots[i].info(id(i, st.gen), region)
		if info.Alive, err = l.held(l.life(i), 1); err != nil {
			return nil, fmt.Errorf("member: look at %s: %w", f.Name(), err)
		}
		all = append(all, info)
	}
	return all, nil
}

// info is what the slot says of the member id.
func (s *slot) info(id futex.ID, region uint64) Info {
	return Info{ID: id, PID: s.pid.Load(), PIDNS: s.pidns.Load(), Start: s.start.Load(), Parked: s.parkedIn(region)}
}

// Check reports the first slot of a table, or of a copy of one, whose state no
// member can have written.
func Check(mem []byte) error {
	t, err := newTable(mem)
	if err != nil {
		return err
	}
	for i := range t.slots {
		word := t.slots[i].state.Load()
		k, gen := word>>32, uint32(word)
		if k > uint64(retired) || gen > futex.MaxGeneration || (gen%2 == 1) != (kind(k) == live) {
			return fmt.Errorf("member: slot %d has the state %#x", i, word)
		}
	}
	return nil
}
