//go:build amd64 && !purego

package spin

// Pause executes n PAUSE instructions: 15 to 45 ns each on recent CPUs.
//
// Preconditions: n is small (64 at most): nothing can stop the goroutine inside.
//
//go:noescape
func Pause(n uint32)
