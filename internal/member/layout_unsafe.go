package member

import (
	"sync/atomic"
	"unsafe"
)

// The layout is compiled in: a change that moves a field does not build.
var (
	_ [headerSize]byte = [unsafe.Sizeof(header{})]byte{}
	_ [slotSize]byte   = [unsafe.Sizeof(slot{})]byte{}
	_ [8]byte          = [unsafe.Offsetof(header{}.ticket)]byte{}
	_ [8]byte          = [unsafe.Offsetof(slot{}.freed)]byte{}
	_ [16]byte         = [unsafe.Offsetof(slot{}.swept)]byte{}
	_ [20]byte         = [unsafe.Offsetof(slot{}.pid)]byte{}
	_ [24]byte         = [unsafe.Offsetof(slot{}.pidns)]byte{}
	_ [32]byte         = [unsafe.Offsetof(slot{}.start)]byte{}
	_ [40]byte         = [unsafe.Offsetof(slot{}.life)]byte{}
	_ [64]byte         = [unsafe.Offsetof(slot{}.parked)]byte{}
)

// at returns the header and the slots that lie in mem.
//
// Preconditions: as checked by newTable.
func (t *table) at(mem []byte) {
	t.head = (*header)(unsafe.Pointer(&mem[0]))
	t.slots = unsafe.Slice((*slot)(unsafe.Pointer(&mem[headerSize])), (len(mem)-headerSize)/slotSize)
}

func addressOf(mem []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(mem))) }

// offsetIn returns the offset of word in region, and whether it lies there.
func offsetIn(region []byte, word *atomic.Uint32) (uint64, bool) {
	off := uintptr(unsafe.Pointer(word)) - addressOf(region)
	return uint64(off), off < uintptr(len(region))
}
