//go:build invariants

package invariants

import "sync/atomic"

// Enabled is true in a build with the tag invariants.
const Enabled = true

// pattern is what freed memory holds: as a length or an offset it is out of
// all bounds, as a float64 it is huge and negative.
const pattern = 0xDB

// Check panics with the message unless ok.
func Check(ok bool, message string) {
	if !ok {
		panic(message)
	}
}

// Poison overwrites memory that is about to be freed.
func Poison(b []byte) {
	for i := range b {
		b[i] = pattern
	}
}

// Closed finds a second close, and a use after it. The zero value is open.
type Closed struct{ closed atomic.Bool }

// Close panics with the message if there was a Close before.
func (c *Closed) Close(message string) {
	Check(!c.closed.Swap(true), message)
}

// Check panics with the message after Close.
func (c *Closed) Check(message string) {
	Check(!c.closed.Load(), message)
}
