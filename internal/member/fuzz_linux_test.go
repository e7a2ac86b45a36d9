package member

import (
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"github.com/shmengine/shmengine/futex"
)

// FuzzHostileTable: a peer has written anything into the table. Nothing panics,
// faults or hangs, no id that was given to somebody alive is given out again,
// and Sweep is asked for ids that can be.
func FuzzHostileTable(f *testing.F) {
	all := func(v uint64) []byte {
		b := make([]byte, TableSize(3))
		for i := 0; i < len(b); i += 8 {
			binary.LittleEndian.PutUint64(b[i:], v)
		}
		return b
	}
	for _, k := range []kind{free, live, dead, retired, 4, 255} {
		for _, gen := range []uint32{0, 1, 2, lastGen - 1, lastGen, lastGen + 1} {
			f.Add(all(state{k, gen}.pack()))
		}
	}
	f.Add(all(math.MaxUint64))
	f.Add(all(0))
	r := newRig(f, 3)
	defer func(n int) { joinTries = n }(joinTries)
	joinTries = 2
	f.Fuzz(func(t *testing.T, table []byte) {
		clear(r.region)
		honest := r.join(t, nil)
		copy(r.region[:TableSize(r.n)], table)
		use(t, r, honest)
		if err := honest.Leave(); err != nil {
			t.Errorf("Leave: %v", err)
		}
	})
}

// use does everything that reads the table.
func use(t *testing.T, r *rig, honest *Member) {
	sweeps := 0
	sweep := func(id futex.ID) error {
		if sweeps++; id.Slot() >= uint32(r.n) || id.Generation() == 0 {
			t.Errorf("Sweep(%#x)", id)
		}
		return nil
	}
	for range honest.All() {
	}
	for slot := range uint32(5) {
		for _, gen := range []uint32{1, 2, lastGen, futex.MaxGeneration} {
			id := futex.MakeID(slot, gen)
			if honest.Alive(id) && id != honest.ID() {
				t.Errorf("Alive(%#x) with nobody there", id)
			}
		}
	}
	m, err := Join(r.config(t, sweep))
	if err != nil {
		if !errors.Is(err, ErrFull) {
			t.Errorf("Join: %v", err)
		}
		return
	}
	if m.ID() == honest.ID() {
		t.Errorf("the id %#x was given out twice", m.ID())
	}
	if _, err := m.Reap(); err != nil {
		t.Errorf("Reap: %v", err)
	}
	if sweeps > r.n*(maxOwed+1) {
		t.Errorf("%d sweeps", sweeps)
	}
	if err := m.Leave(); err != nil {
		t.Errorf("Leave: %v", err)
	}
}
