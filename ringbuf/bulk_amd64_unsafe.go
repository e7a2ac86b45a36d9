//go:build amd64 && !race && !purego

package ringbuf

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// bulk is from how many bytes on copyBulk uses the processor's own copy.
const bulk = 2048

// copyBulk is copy(dst, src) of memory that another process writes or reads; the two do not overlap.
// A large piece is copied by REP MOVSB, if the processor says that it is fast. Go's own copy is a
// loop of vectors on AMD. Which is better depends on where the two CPUs are (a stream of 64 KiB
// writes through 2 MiB, Zen 4, two virtual CPUs): where they share a cache the loop took 2.6 to 2.9
// us, the string instruction 2.9 to 7.7; where they do not, the loop 31, the instruction 10.5 in one
// run and 30 in another. A Unix socket took 11 to 17 in either.
//
// What is stored after a string instruction is seen after what it stored.
func copyBulk(dst, src []byte) int {
	n := min(len(dst), len(src))
	if n < bulk || !cpu.X86.HasERMS {
		return copy(dst, src)
	}
	copyString(unsafe.Pointer(&dst[0]), unsafe.Pointer(&src[0]), n)
	return n
}

// copyString copies n bytes upwards.
//
//go:noescape
func copyString(dst, src unsafe.Pointer, n int)
