// Package testmem gives tests the kinds of memory that shared-memory code
// must work on, all as a plain []byte.
//
//   - [Go] is memory of the Go heap, where the race detector can see it.
//   - [Shared] is a mapped memfd, where it cannot, but other processes can;
//     [Map] maps the same file again, at another address or in a child.
//   - [Guarded] stands flush against a page that faults on any access, so
//     that one byte read or written too far ends the test.
//
// One test body runs on each of them; see the house rule that every structure
// is built over a caller's []byte.
//
// Any goroutine may call these functions at any time. The memory belongs to
// the test: it is zeroed, starts on a 64-byte boundary (except Guarded at its
// End), has cap == len, and goes away when the test ends. A goroutine that
// outlives its test and still uses mapped memory faults. A peer that maps the
// same file sees every byte and may change it at any time.
//
// The package does not reserve memory: a memfd is sparse, and its pages come
// with the first touch. Away from Linux only Go memory exists and the rest
// skips the test.
package testmem
