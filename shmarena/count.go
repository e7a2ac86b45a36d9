package shmarena

// Counters of small blocks are not counted: the words of the blocks tell. So
// they cost an allocation nothing, and a member that is killed leaves them right.

// ClassStats are the counters of one class of small blocks. They are exact when
// nobody is allocating or freeing.
type ClassStats struct {
	Size     int64 // bytes of a block
	Spans    int   // of 64 KiB, that are cut into such blocks
	Blocks   int64 // that live
	Capacity int64 // blocks that those spans have room for
	InUse    int64 // bytes in live blocks, as they were asked for
}

// Classes returns the counters of the classes that have a span, by size, or nil
// after Close. It looks at each small block, live or free, as [Arena.Stats]
// does.
func (a *Arena) Classes() []ClassStats {
	at, err := a.enter()
	if err != nil {
		return nil
	}
	defer at.leave()
	var all [classCount]ClassStats
	at.heap.eachSmall(func(span uint64, c int, s smallCensus) {
		all[c].Spans++
		all[c].Blocks += int64(s.live)
		all[c].InUse += int64(s.bytes)
		all[c].Capacity += int64(classes[c].count)
	})
	var used []ClassStats
	for c, s := range all {
		if s.Size = int64(classes[c].size); s.Spans > 0 {
			used = append(used, s)
		}
	}
	return used
}

// eachSmall calls f for each span of small blocks.
func (h *heap) eachSmall(f func(span uint64, c int, s smallCensus)) {
	for i := range uint64(len(h.spans)) {
		now := h.ctrlOf(i)
		if c, ok := h.extOf(i).class(); ok && now.hasBlocks() {
			f(i, c, h.census(i, c, now.gen()))
		}
	}
}

// totals are the counters of the heap, those of small blocks included.
type totals struct {
	bytes, alloc, freed uint64
	tables              uint64 // bytes of the tables of small blocks that are reserved
}

func (h *heap) totals() totals {
	t := totals{bytes: h.ctl.bytes.Load(), alloc: h.ctl.alloc.Load(), freed: h.ctl.freed.Load()}
	h.eachSmall(func(_ uint64, _ int, s smallCensus) {
		t.bytes += s.bytes
		t.alloc += s.freed + s.live
		t.freed += s.freed
	})
	for i := range h.spans {
		t.tables += min(h.spans[i].table.Load(), tableSize)
	}
	return t
}
