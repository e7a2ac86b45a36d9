package testmem

import "unsafe"

func address(b []byte) uintptr { return uintptr(unsafe.Pointer(&b[0])) }

var sink byte

// The addresses are of mapped memory, which the collector does not know.
//
//go:nocheckptr
func peek(at uintptr) { sink = **(**byte)(unsafe.Pointer(&at)) }

//go:nocheckptr
func poke(at uintptr) { **(**byte)(unsafe.Pointer(&at))++ }
