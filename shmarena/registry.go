package shmarena

import (
	"sync"
	"sync/atomic"
)

// registry knows every arena that this process has attached: by file, so that
// a second attach finds the first, and by arena id, so that an Array finds its
// memory. attaching is held while an arena is attached or detached, so that
// the same file is never mapped twice.
var registry struct {
	attaching sync.Mutex
	byFile    map[fileID]*attachment // guarded by attaching
	table     atomic.Pointer[idTable]
}

// fileID tells files apart, whatever they are called.
type fileID struct{ dev, ino uint64 }

// idTable maps arena ids to attachments. It never changes: a new one replaces
// it. At most half of its slots are taken, so every search ends.
type idTable struct {
	mask  uint32
	slots []idSlot
}

type idSlot struct {
	id uint32
	at *attachment // nil: empty
}

// attached returns this process's attachment of an arena, or nil.
func attached(id uint32) *attachment {
	t := registry.table.Load()
	if t == nil {
		return nil
	}
	for i := id & t.mask; ; i = (i + 1) & t.mask {
		s := &t.slots[i]
		if s.at == nil || s.id == id {
			return s.at
		}
	}
}

// register makes an attachment findable. The caller holds attaching.
func register(at *attachment) {
	if registry.byFile == nil {
		registry.byFile = map[fileID]*attachment{}
	}
	registry.byFile[at.file.id] = at
	publishIDs()
}

// unregister takes it back. The caller holds attaching.
func unregister(at *attachment) {
	delete(registry.byFile, at.file.id)
	publishIDs()
}

func publishIDs() {
	size := uint32(4)
	for int(size) < 2*len(registry.byFile)+1 {
		size *= 2
	}
	t := &idTable{mask: size - 1, slots: make([]idSlot, size)}
	for _, at := range registry.byFile {
		i := at.id & t.mask
		for t.slots[i].at != nil {
			i = (i + 1) & t.mask
		}
		t.slots[i] = idSlot{at.id, at}
	}
	registry.table.Store(t)
}
