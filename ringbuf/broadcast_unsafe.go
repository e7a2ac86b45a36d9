package ringbuf

import "unsafe"

// write stores v in the cell as words.
func (s *slot[T]) write(v *T) {
	storeWords(unsafe.Pointer(&s.value), unsafe.Pointer(v), uint64(unsafe.Sizeof(*v)))
}

// read loads the cell's value as words.
func (s *slot[T]) read(v *T) {
	loadWords(unsafe.Pointer(v), unsafe.Pointer(&s.value), uint64(unsafe.Sizeof(*v)))
}
