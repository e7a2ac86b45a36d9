package stepkill_test

import (
	"sync/atomic"
	"unsafe"
)

// toy is a lock in shared memory.
type toy struct {
	word  atomic.Uint32 // 0 is free
	owner atomic.Uint32 // of the broken lock: who has it
	count atomic.Uint32
	pad   uint32
}

func toyIn(mem []byte) *toy { return (*toy)(unsafe.Pointer(&mem[0])) }
