package shmarena

import "unsafe"

// copyOf is what was copied to b.
//
// Preconditions: b is as long as a T, and aligned.
func copyOf[T any](b []byte) *T {
	var t T
	_ = b[unsafe.Sizeof(t)-1]
	return (*T)(unsafe.Pointer(unsafe.SliceData(b)))
}

// viewEntries is a copied directory.
func viewEntries(b []byte) *[entries]entry { return copyOf[[entries]entry](b) }

// viewSpan is a copied span.
func viewSpan(b []byte) *span { return copyOf[span](b) }

// viewTable is a copied table of small blocks.
func viewTable(b []byte) *spanTable { return copyOf[spanTable](b) }

// viewWord is a copied word.
func viewWord(b []byte) uint32 { return *copyOf[uint32](b) }
