package shmarena

import (
	"encoding/binary"
	"fmt"
)

// socketNote is the message that says what the descriptor beside it is.
func socketNote(kind string, id uint32) []byte {
	b := make([]byte, socketSize)
	copy(b, kind)
	binary.LittleEndian.PutUint32(b[socketID:], id)
	return b
}

// checkNote says whether a message of n bytes with so many descriptors is one of
// ours.
func checkNote(b []byte, kind string, fds int) error {
	switch {
	case len(b) != socketSize || string(b[:len(kind)]) != kind:
		return fmt.Errorf("a message of %d bytes that is none of SendTo: %w", len(b), ErrMagic)
	case fds != 1:
		return fmt.Errorf("a message with %d descriptors, not one: %w", fds, ErrMagic)
	}
	return nil
}
