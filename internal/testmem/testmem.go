package testmem

// TB is the part of [testing.TB] that this package uses. The child of package
// reexec has these methods too, so that both sides of a test of two processes
// get their memory in the same way.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Skipf(format string, args ...any)
}

// Side says where [Guarded] memory touches its neighbour.
type Side int

const (
	End   Side = iota // the byte after the last one faults
	Start             // the byte before the first one faults
)

// align is the alignment of all memory given out: one cache line.
const align = 64

// fill is what the slack between guarded memory and its page holds. A test
// that changes it has written outside its memory on the side without a guard.
const fill = 0xA5

func checkSize(tb TB, n int) {
	tb.Helper()
	if n <= 0 {
		tb.Fatalf("testmem: a size of %d bytes: must be at least 1", n)
	}
}
