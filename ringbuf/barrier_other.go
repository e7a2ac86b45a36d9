//go:build !linux

package ringbuf

// registerBarrier: handles keep publishing with a fence.
func registerBarrier() bool { return false }

// heavyBarrier: there is none.
func heavyBarrier() bool { return false }
