// Package doctor looks at what this machine gives to programs that share memory,
// and says of each thing whether it is there, what is lost without it, and what to
// do.
//
// It tries things rather than read version numbers: a call can be missing under
// a new kernel too, in a container that forbids it or on a kernel that is only
// like Linux.
//
// [Run] may be called at any time, by anybody; it takes a few milliseconds. It
// changes nothing: what it makes has no name and is gone when it is closed. It
// shares no memory with anybody, and does not look at arenas; see shmarena.Survey
// for those.
package doctor
