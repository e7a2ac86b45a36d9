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
	wordWarm
	wordSmall
	wordSpans
)

func wordCtrl(i uint64) uint64 { return wordSpans + 2*i }
func wordExt(i uint64) uint64  { return wordSpans + 2*i + 1 }

// word returns the word of that number, or nil.
func (h *heap) word(i uint64) *atomic.Uint64 {
	if i < wordSpans {
		return h.counter(i)
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

func (h *heap) counter(i uint64) *atomic.Uint64 {
	c := h.ctl
	return [wordSpans]*atomic.Uint64{
		&c.hint, &c.used, &c.bytes, &c.peak, &c.alloc, &c.freed, &c.warm, &c.small,
	}[i]
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

// begin starts a change in the heap's scratch space; the caller holds the mutex.
func (h *heap) begin() *change {
	h.scratch.n = 0
	return &h.scratch
}

// setRun sets the words of both ends of a run that is not free.
func (c *change) setRun(r run, now ctrl, ext extent, last ctrl) {
	c.set(wordCtrl(r.first), uint64(now))
	c.set(wordExt(r.first), uint64(ext))
	if r.n > 1 {
		c.set(wordCtrl(r.end()-1), uint64(last.idle(stateTail)))
		c.set(wordExt(r.end()-1), uint64(ext))
	}
}

// taking is the change that cuts a run from the front of a free one.
func (h *heap) taking(from run, ext extent, gen uint32) *change {
	c := h.begin()
	r := run{from.first, ext.spans()}
	c.setRun(r, makeCtrl(stateCommitting, h.self.ID(), gen), ext, h.ctrlOf(r.end()-1))
	next := r.end()
	if rest := from.n - r.n; rest > 0 {
		c.set(wordCtrl(next), uint64(h.ctrlOf(next).idle(stateFree)))
		c.set(wordExt(next), uint64(makeExtent(rest, 0)))
		c.set(wordExt(from.end()-1), uint64(makeExtent(rest, 0)))
	}
	if next == uint64(len(h.spans)) {
		next = 0
	}
	c.set(wordHint, next)
	h.countTaken(c, ext)
	return c
}

// countTaken has a run counted that somebody takes.
func (h *heap) countTaken(c *change, ext extent) {
	bytes, small := h.ctl.bytes.Load(), h.ctl.small.Load()
	if _, ok := ext.class(); ok {
		small++
		c.set(wordSmall, small)
	} else {
		bytes += ext.bytes()
		c.set(wordBytes, bytes)
		c.set(wordAlloc, h.ctl.alloc.Load()+1)
	}
	c.set(wordUsed, h.ctl.used.Load()+ext.spans())
	c.set(wordPeak, max(h.ctl.peak.Load(), bytes+small<<spanShift))
}

// freeing is the change that makes the run r in PUNCHING part of the free run
// merged. A block that never was handed out is taken from the allocations
// instead of being counted as freed.
func (h *heap) freeing(r, merged run, ext extent, counts bool) *change {
	c := h.begin()
	gen := h.countFreed(c, r.first, ext, counts)
	c.set(wordCtrl(r.first), uint64(makeCtrl(stateFree, 0, gen)))
	if r.n > 1 {
		c.set(wordCtrl(r.end()-1), uint64(h.ctrlOf(r.end()-1).idle(stateFree)))
	}
	c.set(wordExt(merged.first), uint64(makeExtent(merged.n, 0)))
	c.set(wordExt(merged.end()-1), uint64(makeExtent(merged.n, 0)))
	if hint := h.ctl.hint.Load(); hint > merged.first && hint < merged.end() {
		c.set(wordHint, merged.first)
	}
	return c
}

// countFreed has a run counted that nobody has any more, and returns the last
// generation of a block that began in its first span.
func (h *heap) countFreed(c *change, first uint64, ext extent, counts bool) (gen uint32) {
	gen = h.ctrlOf(first).gen()
	c.set(wordUsed, h.ctl.used.Load()-ext.spans())
	if ext.kind() == kindWarm {
		return gen
	}
	if class, ok := ext.class(); ok {
		c.set(wordSmall, h.ctl.small.Load()-1)
		n := h.census(first, class, gen).freed
		c.set(wordAlloc, h.ctl.alloc.Load()+n)
		c.set(wordFreed, h.ctl.freed.Load()+n)
		return h.lastGen(first, class, gen)
	}
	c.set(wordBytes, h.ctl.bytes.Load()-ext.bytes())
	if counts {
		c.set(wordFreed, h.ctl.freed.Load()+1)
	} else {
		c.set(wordAlloc, h.ctl.alloc.Load()-1)
	}
	return gen
}
