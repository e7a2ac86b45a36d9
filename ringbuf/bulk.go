package ringbuf

import "slices"

// appendBulk is append(dst, src...) by copyBulk.
func appendBulk(dst, src []byte) []byte {
	n := len(dst)
	dst = slices.Grow(dst, len(src))[:n+len(src)]
	copyBulk(dst[n:], src)
	return dst
}
