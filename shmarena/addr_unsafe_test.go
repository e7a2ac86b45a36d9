package shmarena

import "unsafe"

// addr is where a slice begins.
func addr[T any](s []T) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(s))) }
