package futex

// ID names one life of one member: 10 bits of slot, 20 bits of generation. It is
// what stands in a lock word, a ring's role word, a ledger entry. 0 is nobody
// and all ones never names a member.
type ID uint32

const (
	genBits = 20

	// NoID is the ID of nobody.
	NoID ID = 0
	// MaxSlot is the highest slot of a member.
	MaxSlot = 1<<10 - 2
	// MaxGeneration is the highest generation of a slot.
	MaxGeneration = 1<<genBits - 1

	idMask = 1<<30 - 1
)

// MakeID composes an ID.
//
// Preconditions:
//   - slot <= MaxSlot
//   - 0 < gen <= MaxGeneration
func MakeID(slot, gen uint32) ID {
	if slot > MaxSlot || gen == 0 || gen > MaxGeneration {
		panic("futex: slot or generation out of range")
	}
	return ID(slot<<genBits | gen)
}

// Slot is the member's index in its table, at most 1023.
func (id ID) Slot() uint32 { return uint32(id) & idMask >> genBits }

// Generation is the life of the slot that the ID names.
func (id ID) Generation() uint32 { return uint32(id) & MaxGeneration }
