package futex

import "sync/atomic"

// Member is a process attached to a segment, as the primitives see it.
// internal/member has the real one; a test double embeds a [Lot].
type Member interface {
	// ID is the member's own id, the same as long as it is attached.
	ID() ID

	// Alive asks the kernel whether the life that id names goes on. Once false
	// it stays false. One's own id is alive; NoID and ids that no table can give
	// out are not.
	Alive(id ID) bool

	// Park announces that the calling goroutine is going to sleep on word. From
	// now until Unpark the place is nudged when any other member dies.
	Park(word *atomic.Uint32) *Place

	// Unpark ends the wait, whatever came of it.
	Unpark(p *Place)
}
