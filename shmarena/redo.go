package shmarena

import "sync/atomic"

// A change of the heap touches about a dozen words and may be cut short by
// kill -9 after any of them. So the values are computed first, from the table
// as it is; then they are written into the redo record; then they are stored;
// then the record is cleared. Whoever takes the mutex from a dead owner stores
// the values of a record that is there. Storing them twice is storing them
// once, so the one who does it may die as well.

// change collects the words of one change and the values they will have.
type change struct {
	n     int
	pairs [redoPairs]struct{ word, value uint64 }
}

func (c *change) set(word, value uint64) {
	c.pairs[c.n].word, c.pairs[c.n].value = word, value
	c.n++
}

// The words of the heap, numbered for the redo record: first the counters,
// then two for each span.
const (
	wordHint = iota
	wordUsed
	wordBytes
	wordPeak
	wordAlloc
	wordFreed
	wordSpans
)

func wordCtrl(i uint64) uint64 { return wordSpans + 2*i }
func wordExt(i uint64) uint64  { return wordSpans + 2*i + 1 }

// word returns the word of that number, or nil.
func (h *heap) word(i uint64) *atomic.Uint64 {
	switch i {
	case wordHint:
		return &h.ctl.hint
	case wordUsed:
		return &h.ctl.used
	case wordBytes:
		return &h.ctl.bytes
	case wordPeak:
		return &h.ctl.peak
	case wordAlloc:
		return &h.ctl.alloc
	case wordFreed:
		return &h.ctl.freed
	}
	s := (i - wordSpans) / 2
	if s >= uint64(len(h.spans)) {
		return nil
	}
	if (i-wordSpans)%2 == 0 {
		return &h.spans[s].ctrl
	}
	return &h.spans[s].ext
}

// apply makes a change. The caller holds the mutex.
func (h *heap) apply(c *change) {
	r := &h.ctl.redo
	for i, p := range c.pairs[:c.n] {
		r.pairs[i].word.Store(p.word)
		r.pairs[i].value.Store(p.value)
	}
	r.count.Store(uint64(c.n)) // from here on the change will be made
	for _, p := range c.pairs[:c.n] {
		h.word(p.word).Store(p.value)
	}
	r.count.Store(0)
}

// replay makes the change that a dead owner of the mutex left in the record. A
// record that cannot be (somebody scribbled on it) is made as far as it lies
// inside the heap: the table may be wrong then, but nothing else is.
func (h *heap) replay() {
	r := &h.ctl.redo
	n := min(r.count.Load(), redoPairs)
	for i := range n {
		if w := h.word(r.pairs[i].word.Load()); w != nil {
			w.Store(r.pairs[i].value.Load())
		}
	}
	r.count.Store(0)
}

// taking is the change that cuts a block from the front of a free run. Like
// freeing it builds in the heap's scratch space; the caller holds the mutex.
func (h *heap) taking(from run, ext extent, gen uint32) *change {
	c := &h.scratch
	c.n = 0
	n := ext.spans()
	c.set(wordCtrl(from.first), uint64(makeCtrl(stateCommitting, h.self.ID(), gen)))
	c.set(wordExt(from.first), uint64(ext))
	if n > 1 {
		last := from.first + n - 1
		c.set(wordCtrl(last), uint64(makeCtrl(stateTail, 0, h.ctrlOf(last).gen())))
		c.set(wordExt(last), uint64(ext))
	}
	next := from.first + n
	if rest := from.n - n; rest > 0 {
		c.set(wordCtrl(next), uint64(h.ctrlOf(next).free()))
		c.set(wordExt(next), uint64(makeExtent(rest, 0)))
		c.set(wordExt(from.end()-1), uint64(makeExtent(rest, 0)))
	}
	if next == uint64(len(h.spans)) {
		next = 0
	}
	bytes := h.ctl.bytes.Load() + ext.bytes()
	c.set(wordHint, next)
	c.set(wordUsed, h.ctl.used.Load()+n)
	c.set(wordBytes, bytes)
	c.set(wordPeak, max(h.ctl.peak.Load(), bytes))
	c.set(wordAlloc, h.ctl.alloc.Load()+1)
	return c
}

// freeing is the change that makes the block at r part of the free run merged.
// A block that never was handed out is taken from the allocations instead of
// being counted as freed.
func (h *heap) freeing(r, merged run, ext extent, counts bool) *change {
	c := &h.scratch
	c.n = 0
	c.set(wordCtrl(r.first), uint64(h.ctrlOf(r.first).free()))
	if r.n > 1 {
		c.set(wordCtrl(r.end()-1), uint64(h.ctrlOf(r.end()-1).free()))
	}
	c.set(wordExt(merged.first), uint64(makeExtent(merged.n, 0)))
	c.set(wordExt(merged.end()-1), uint64(makeExtent(merged.n, 0)))
	if hint := h.ctl.hint.Load(); hint > merged.first && hint < merged.end() {
		c.set(wordHint, merged.first)
	}
	c.set(wordUsed, h.ctl.used.Load()-r.n)
	c.set(wordBytes, h.ctl.bytes.Load()-ext.bytes())
	if counts {
		c.set(wordFreed, h.ctl.freed.Load()+1)
	} else {
		c.set(wordAlloc, h.ctl.alloc.Load()-1)
	}
	return c
}
