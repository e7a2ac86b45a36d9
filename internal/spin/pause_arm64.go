//go:build arm64 && !purego

package spin

// Pause executes n ISB instructions, which stall for some tens of nanoseconds
// (YIELD is a no-op on most cores).
//
// Preconditions: n is small (64 at most): nothing can stop the goroutine inside.
//
//go:noescape
func Pause(n uint32)
