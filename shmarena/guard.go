package shmarena

// In a checked arena each block ends in guard bytes, which the user never sees:
// they begin right after the last byte that was asked for, and who writes past
// the end of his block changes them. Free and Verify look at them. A block whose guard
// bytes are damaged is not freed: it is the evidence.

const (
	guardSize = 16
	guardByte = 0xA7
)

// guardLen is how many guard bytes a block must have.
func (h *heap) guardLen() uint64 {
	if h.guarded {
		return guardSize
	}
	return 0
}

// extentFor is the extent of a large block of so many bytes with its guard.
func (h *heap) extentFor(bytes uint64) extent {
	e := extentFor(bytes + h.guardLen())
	return makeExtent(e.spans(), e.spans()<<spanShift-bytes)
}

// prepare clears a block of so many bytes in room for more, and guards it.
func (h *heap) prepare(off, bytes, room uint64) {
	h.zero(off, bytes)
	if h.guarded {
		h.guard(off, bytes, room)
	}
}

// guard writes the guard bytes of a block.
func (h *heap) guard(off, bytes, room uint64) {
	if !h.guarded || h.region == nil {
		return
	}
	for i := range min(guardSize, room-bytes) {
		h.region[off+bytes+i] = guardByte
	}
}

// intact reports whether a live block's guard bytes are as they were written.
func (h *heap) intact(p place) bool {
	room := h.extOf(p.first).spans() << spanShift
	off := h.offsetAt(p)
	if p.slot != largeSlot {
		room = uint64(classes[p.slot.class()].size)
	}
	if h.region == nil || p.bytes > room || off+room > uint64(len(h.region)) {
		return true
	}
	for i := range min(guardSize, room-p.bytes) {
		if h.region[off+p.bytes+i] != guardByte {
			return false
		}
	}
	return true
}
