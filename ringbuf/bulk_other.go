//go:build !amd64 || race || purego

package ringbuf

// copyBulk is copy(dst, src).
func copyBulk(dst, src []byte) int { return copy(dst, src) }
