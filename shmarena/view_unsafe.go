package shmarena

import "unsafe"

// Views are 104 bytes, whatever they are of, as docs/memory-layout.md draws them.
var (
	_ [104 - unsafe.Sizeof(View[complex128]{})]struct{}
	_ [unsafe.Sizeof(View[byte]{}) - 104]struct{}
	_ [24 - unsafe.Offsetof(View[byte]{}.first)]struct{}
	_ [unsafe.Offsetof(View[byte]{}.dims) - 40]struct{}
)
