package member

import (
	"fmt"

	"github.com/shmengine/shmengine/futex"
)

// MaxMembers is the largest number of slots of a table.
const MaxMembers = futex.MaxSlot + 1

// TableSize is the number of bytes of shared memory for n slots.
//
// Preconditions: 1 <= n <= MaxMembers
func TableSize(n int) int {
	if n < 1 || n > MaxMembers {
		panic("member: number of slots out of range")
	}
	return headerSize + n*slotSize
}

// table is a view of the shared table.
type table struct {
	head  *header
	slots []slot
}

func newTable(mem []byte) (*table, error) {
	n := (len(mem) - headerSize) / slotSize
	switch {
	case n < 1 || n > MaxMembers || len(mem) != TableSize(n):
		return nil, fmt.Errorf("member: %d bytes are not the size of a table of 1 to %d slots", len(mem), MaxMembers)
	case addressOf(mem)%headerSize != 0:
		return nil, fmt.Errorf("member: the table's memory is not %d-byte aligned", headerSize)
	}
	t := new(table)
	t.at(mem)
	return t, nil
}

// kind is what a slot is.
type kind uint8

const (
	free    kind = iota // may be taken; every life of it has been swept
	live                // a member's, alive or dead
	dead                // nobody's, and at least one life of it is not swept yet
	retired             // used up: its generations would wrap
)

// state is a slot's state word, unpacked. A LIVE slot's generation is odd and is
// the member's; every other one's is even.
type state struct {
	kind kind
	gen  uint32
}

// lastGen is the generation of a slot that is used up: the next life's, one
// higher, would leave no room for the step after it.
const lastGen = futex.MaxGeneration - 1

func (s state) pack() uint64 { return uint64(s.kind)<<32 | uint64(s.gen) }

// load reads the slot's state. A hostile kind is a slot that nobody can use.
func (s *slot) load() state {
	v := s.state.Load()
	st := state{kind: retired, gen: uint32(v) & futex.MaxGeneration}
	if k := v >> 32; k < uint64(retired) {
		st.kind = kind(k)
	}
	return st
}

func (s *slot) store(st state) { s.state.Store(st.pack()) }

// after is the generation of the slot when the life gen is over.
func after(gen uint32) uint32 { return min((gen|1)+1, lastGen) }

// id names the life gen of slot i.
func id(i int, gen uint32) futex.ID { return futex.MakeID(uint32(i), gen) }

// release ends the claimer's or the member's use of the slot: everything before
// gen has been swept.
func (t *table) release(s *slot, gen uint32) {
	s.clear()
	s.swept.Store(gen)
	s.freed.Store(t.head.ticket.Add(1))
	if gen >= lastGen {
		s.store(state{retired, gen})
		return
	}
	s.store(state{free, gen})
}

// clear removes what the last member left about itself.
func (s *slot) clear() {
	s.pid.Store(0)
	s.pidns.Store(0)
	s.start.Store(0)
	s.life.Store(0)
	for i := range s.parked {
		if s.parked[i].Load() != 0 {
			s.parked[i].Store(0)
		}
	}
}
