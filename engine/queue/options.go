package queue

import (
	"fmt"
	"strings"
)

// Options describe a queue. The zero value works.
type Options struct {
	// Capacity is how many items fit, rounded up to a power of two. 0 is 1024 for whoever makes the
	// queue, and any capacity for whoever finds one.
	Capacity int

	// Senders is how many senders the queue has, at least; 0 is 1. Receive waits until so many have
	// come, and the queue does not end before so many have come and closed. Where the two sides say
	// different numbers the larger one counts for the end.
	Senders int

	// Receivers is the same of receivers.
	Receivers int

	// ItemSize is the most bytes of an item whose type is not plain memory: what its strings and slices
	// have, and 8 for each of them, and its numbers. All programs of a queue must say the same: it is
	// rounded up to 8 less than 64, 256, 1024, 4096 or 16384. 0 is 1016. Longer values go through a
	// Conn, or lie in an arena.
	ItemSize int

	// Single refuses a second living end of the same kind (ErrBusy).
	Single bool
}

const (
	defaultCapacity = 1024
	maxName         = 128
)

// Validate says what is wrong with the options, as an ErrArgument.
func (o Options) Validate() error {
	switch {
	case o.Capacity < 0 || o.Capacity > 1<<30:
		return fmt.Errorf("%w: capacity %d is not in 0..%d", ErrArgument, o.Capacity, 1<<30)
	case o.ItemSize < 0 || o.ItemSize > maxItemSize:
		return fmt.Errorf("%w: items of %d bytes are not in 0..%d", ErrArgument, o.ItemSize, maxItemSize)
	case o.Senders < 0 || o.Senders > places:
		return fmt.Errorf("%w: %d senders, at most %d", ErrArgument, o.Senders, places)
	case o.Receivers < 0 || o.Receivers > places:
		return fmt.Errorf("%w: %d receivers, at most %d", ErrArgument, o.Receivers, places)
	}
	return nil
}

// wanted is how many of each side there are to be.
func (o Options) wanted() [2]uint32 {
	return [2]uint32{sending: uint32(max(1, o.Senders)), receiving: uint32(max(1, o.Receivers))}
}

func (o Options) capacity() int {
	if o.Capacity == 0 {
		return defaultCapacity
	}
	return o.Capacity
}

func (o Options) box() int {
	if o.ItemSize == 0 {
		return boxSize(defaultItemSize)
	}
	return boxSize(o.ItemSize)
}

func validName(name string) error {
	switch {
	case name == "" || len(name) > maxName:
		return fmt.Errorf("%w: a name of %d bytes is not in 1..%d", ErrArgument, len(name), maxName)
	case strings.ContainsAny(name, "/\x00"):
		return fmt.Errorf("%w: name %q holds a slash or a zero byte", ErrArgument, name)
	}
	return nil
}
