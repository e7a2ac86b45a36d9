package ringbuf

import (
	"errors"
	"fmt"
)

// Overflow says what a push into a full ring does. It is a property of the ring.
type Overflow uint32

const (
	// Block: the ring is full, and the push fails or waits. Nothing is lost.
	Block Overflow = iota
	// DropOldest: the push takes the place of the oldest value.
	DropOldest
)

func (o Overflow) String() string {
	switch o {
	case Block:
		return "Block"
	case DropOldest:
		return "DropOldest"
	}
	return fmt.Sprintf("Overflow(%d)", uint32(o))
}

// Options describe a many-to-many ring or a broadcast.
type Options struct {
	// Capacity is how many values fit, rounded up to a power of two. Whoever attaches may leave it
	// 0 to take the ring as it is.
	Capacity int
	// Overflow is what happens when they do not.
	Overflow Overflow
}

// Validate refuses an Overflow that there is none of (ErrMode). The capacity is checked with the
// size of the values.
func (o Options) Validate() error {
	if o.Overflow > DropOldest {
		return fmt.Errorf("%w: %v", ErrMode, o.Overflow)
	}
	return nil
}

// What attaching to a ring with other Options returns.
var (
	// ErrCapacity says that the ring has another capacity.
	ErrCapacity = errors.New("ringbuf: other capacity")
	// ErrMode says that the ring has another overflow mode, or that there is no such mode.
	ErrMode = errors.New("ringbuf: other overflow mode")
)
