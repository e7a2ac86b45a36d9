package shmarena

import "unsafe"

// Addresses says where this process has the arena's file: offset 0 is at from. It is for
// making sense of the address of a fault, not for access.
func (a *Arena) Addresses() (from uintptr, size int64) {
	return uintptr(unsafe.Pointer(unsafe.SliceData(a.at.region))), int64(len(a.at.region))
}
