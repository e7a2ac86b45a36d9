//go:build !invariants

package invariants

// Enabled is true in a build with the tag invariants.
const Enabled = false

// Check panics with the message unless ok.
func Check(ok bool, message string) {}

// Poison overwrites memory that is about to be freed.
func Poison(b []byte) {}

// Closed finds a second close, and a use after it. The zero value is open.
type Closed struct{}

// Close panics with the message if there was a Close before.
func (c *Closed) Close(message string) {}

// Check panics with the message after Close.
func (c *Closed) Check(message string) {}
