package ringbuf_test

import "unsafe"

// sharedMemory stands for memory that several processes map: n bytes, aligned to 64.
func sharedMemory(n int) []byte {
	b := make([]byte, n+64)
	for uintptr(unsafe.Pointer(&b[0]))%64 != 0 {
		b = b[1:]
	}
	return b[:n:n]
}
