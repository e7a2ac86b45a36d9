package kernels

import "unsafe"

// apart says how two slices of the same length lie: apart from each other, or
// at the same place. Anything between panics: what is written would be read.
func apart[T element](dst, x []T) bool {
	if len(dst) == 0 {
		return true
	}
	return !overlap(dst, x) || !sameStart(dst, x)
}

// sameStart reports whether two slices that overlap begin at the same place,
// and panics if they do not.
func sameStart[T element | word](dst, x []T) bool {
	if &dst[0] != &x[0] {
		panic("kernels: slices overlap in part")
	}
	return true
}

// overlap reports whether two slices share memory.
func overlap[T, U element | word](a []T, b []U) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	p, q := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0]))
	return p < q+uintptr(len(b))*unsafe.Sizeof(b[0]) && q < p+uintptr(len(a))*unsafe.Sizeof(a[0])
}
