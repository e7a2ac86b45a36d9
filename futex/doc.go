// Package futex waits and wakes on 32-bit words in shared memory, and has the
// locks that live there.
package futex
