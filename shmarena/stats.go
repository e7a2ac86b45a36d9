package shmarena

// Stats are the counters of an arena, which all its members share. They are
// exact when nobody is allocating or freeing, whoever was killed before.
type Stats struct {
	Asked    int64 // the Size that the creator asked for
	Cap      int64 // what the blocks may have together, Asked rounded up
	Mapped   int64 // the address range, tables included
	InUse    int64 // bytes in blocks, as they were asked for
	Reserved int64 // bytes of the spans that are in use
	Warm     int64 // bytes of the spans that are free and keep their memory; see Options.Keep
	Tables   int64 // bytes of memory in the tables of small blocks, which are kept for good
	Peak     int64 // the most that was in use, see below
	Allocs   int64 // blocks ever allocated
	Frees    int64 // blocks ever freed
	Members  int   // processes that have the arena attached and live

	// Peak is the most that blocks of more than 32 KiB, as they were asked for,
	// and the spans of smaller ones ever had together, failed allocations
	// included. Blocks in those spans are not counted one by one: a word that all
	// processes write at each allocation would cost more than the allocation.
}

// Stats returns the arena's counters, or the zero Stats after Close. Small blocks
// are counted when it is called, which took 1.9 us for each span of blocks
// of 64 B (30 ms for a GiB), the smallest there are, on an AMD EPYC.
func (a *Arena) Stats() Stats {
	at, err := a.enter()
	if err != nil {
		return Stats{}
	}
	defer at.leave()
	t := at.heap.totals()
	s := Stats{
		Asked:    int64(at.header.asked),
		Cap:      int64(at.header.capacity),
		Mapped:   int64(at.geo.size),
		InUse:    int64(t.bytes),
		Reserved: load(&at.heap.ctl.used) << spanShift,
		Warm:     load(&at.heap.ctl.warm) << spanShift,
		Tables:   int64(t.tables),
		Peak:     load(&at.heap.ctl.peak),
		Allocs:   int64(t.alloc),
		Frees:    int64(t.freed),
	}
	for info := range at.infos() {
		if info.Alive {
			s.Members++
		}
	}
	return s
}

// Trim gives memory back that no block needs: runs that are kept warm, and spans
// of small blocks that are all free. It returns how many bytes less the arena
// has. Nobody need call it: who finds no space does the same.
// It is [ErrReadOnly] for a reader.
func (a *Arena) Trim() (int64, error) {
	at, err := a.enterWrite()
	if err != nil {
		return 0, err
	}
	defer at.leave()
	before := load(&at.heap.ctl.used) + load(&at.heap.ctl.warm)
	_, err = at.heap.trim()
	after := load(&at.heap.ctl.used) + load(&at.heap.ctl.warm)
	return max(before-after, 0) << spanShift, err
}
