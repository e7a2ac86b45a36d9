package kernels

import "unsafe"

// fits reports whether a result of one element for each element of x can be written
// to dst: that is x itself, or shares no memory with it. It is small enough to be inlined.
// Of empty slices it may say no.
func fits[T element](dst, x []T) bool {
	ahead := uintptr(unsafe.Pointer(unsafe.SliceData(dst))) - uintptr(unsafe.Pointer(unsafe.SliceData(x)))
	size := uintptr(len(dst)) * unsafe.Sizeof(dst[0])
	return len(dst) == len(x) && (ahead+size-1 >= 2*size-1 || ahead == 0)
}

// writesTo panics unless dst fits x, and reports whether it is not x itself.
func writesTo[T element](dst, x []T) (apart bool) {
	if !fits(dst, x) {
		refuse(len(dst), len(x))
	}
	return unsafe.SliceData(dst) != unsafe.SliceData(x)
}

// refuse panics for a result and inputs of some lengths that do not fit together, if it is
// not just that there is nothing in them. It is no part of the kernels that it is called by.
//
//go:noinline
func refuse(dst int, inputs ...int) {
	for _, n := range inputs {
		sameLength(dst, n)
	}
	if dst > 0 {
		panic("kernels: slices overlap in part")
	}
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
