// Package invariants switches on checks that are too dear for a release.
//
// A build with the tag invariants has them; in any other build [Enabled] is a
// false constant, the helpers have empty bodies, and the compiler removes the
// calls with their arguments, as long as computing those has no side effect:
//
//	invariants.Check(lo <= hi, "ringbuf: the head is behind the tail")
//	invariants.Poison(block) // what is freed is not read again
//
// A broken invariant is a mistake in this module and panics with the constant
// message. It is not for bytes that a peer may have written: those are checked
// in every build, and give an error. The tests run in both builds.
//
// Any goroutine may call the helpers. [Closed] is a field of a structure of
// this process, never of shared memory. Nothing here owns memory, and Poison
// changes only what it is given. Because a peer that maps freed memory sees the
// poison as well, shared blocks are poisoned before they are given back, not
// after.
package invariants
