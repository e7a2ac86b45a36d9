//go:build !linux

package machine

import "time"

func cpuModel() string      { return "" }
func kernelRelease() string { return "" }
func shmSize() int64        { return 0 }
func totalRAM() int64       { return 0 }

// Memory returns how many bytes this process may still take; ok is false where
// that is not known.
func Memory() (free int64, ok bool) { return 0, false }

// Started is when something began; the zero time says that it is not known.
func Started(uint64) time.Time { return time.Time{} }
