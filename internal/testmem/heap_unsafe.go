package testmem

import "unsafe"

// Go returns n zeroed bytes of the Go heap that start on a 64-byte boundary.
func Go(tb TB, n int) []byte {
	tb.Helper()
	checkSize(tb, n)
	b := make([]byte, n+align-1)
	at := -int(uintptr(unsafe.Pointer(&b[0]))) & (align - 1)
	return b[at : at+n : at+n]
}
