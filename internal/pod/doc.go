// Package pod decides which Go types may live in memory that several processes
// share, and gives each such type a number that two programs can compare.
//
// A type may be shared when its bytes mean the same in every process: integers
// and floats of a fixed size, complex numbers, and arrays and structs of
// these. Everything that is an address in disguise is refused (pointers,
// slices, strings, maps, channels, functions, interfaces, uintptr), because
// the address is worth nothing in another process and the garbage collector
// does not look for it there. Two more are refused although they hold no
// address:
//
//   - bool, because a peer may store 77 in its byte, and compiled code that
//     trusts a bool to be 0 or 1 then indexes past an array without a check.
//     Use uint8.
//   - the types of package sync, because their sleepers wait in a runtime that
//     the other process does not have. Use package futex.
//
// A field of type [0]*T has no bytes and so holds no pointer, but T is checked
// and counts in the hash: with it a type of offsets says what they lead to.
//
// int and uint are accepted: shared memory is for 64-bit machines only, and
// they count as int64 and uint64.
//
// Both functions may be called by any number of goroutines at once and
// remember their answer for each type. The package owns no memory but that,
// makes no system call, and never looks at a value, only at types.
package pod
