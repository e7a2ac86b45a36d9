// Package clock reads the monotonic clock of the system, which is the same for all
// processes, and cheap enough to be read in loops that are measured.
//
// What it is. [New] makes a [Clock], [Clock.Now] reads it, in nanoseconds.
//
// Who may call it at once. Anyone; a Clock does not change.
//
// Who owns the memory. A Clock is a plain value.
//
// What a dead or hostile peer does. There is none.
//
// What it does not do. It does not follow the wall clock, nor count time in which the
// machine was suspended. Away from Linux it begins anew in each process.
package clock
