//go:build !linux

package spin

import "runtime"

// OSYield lets other goroutines run; away from Linux it does not reach other
// processes.
func OSYield() { runtime.Gosched() }
