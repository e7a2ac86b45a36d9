package member

import (
	"sync/atomic"
	"unsafe"
)

func wordAt(mem []byte, off int) *atomic.Uint32 { return (*atomic.Uint32)(unsafe.Pointer(&mem[off])) }
