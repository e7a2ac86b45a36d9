package engine

import "unsafe"

// addressOf is where *p lies.
func addressOf[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }
