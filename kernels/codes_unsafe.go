package kernels

import "unsafe"

// overlapCodes reports whether codes share memory with keys.
func overlapCodes(codes []uint32, keys []int64) bool {
	if len(codes) == 0 || len(keys) == 0 {
		return false
	}
	p, q := uintptr(unsafe.Pointer(&codes[0])), uintptr(unsafe.Pointer(&keys[0]))
	return p < q+8*uintptr(len(keys)) && q < p+4*uintptr(len(codes))
}

// overlapNarrow reports whether codes share memory.
func overlapNarrow(a, b []uint32) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	p, q := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0]))
	return p < q+4*uintptr(len(b)) && q < p+4*uintptr(len(a))
}

// narrow returns the same memory as twice as many words of half the size.
func narrow(x []uint64) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(x))), 2*len(x))
}
