package shmarena

import (
	"sync/atomic"
	"testing"
)

// FuzzHostileSmall lets a peer store words anywhere in what small blocks have:
// tables, hints, cells, the stack of warm runs, the words of the spans. Nothing
// panics, hangs, or gives out memory that is not the heap's.
func FuzzHostileSmall(f *testing.F) {
	f.Add([]byte("allocate, scribble, free, sweep"))
	f.Add([]byte{0, 10, 3, 9, 0, 2, 40, 3, 0, 0, 0, 0, 0, 0, 0, 0xff, 0, 200, 1, 0, 3, 4, 5, 2, 9, 8, 4, 4, 4, 4, 4, 4, 4, 4, 4})
	f.Fuzz(func(t *testing.T, script []byte) {
		hs, p := newSmallHeap(t, 8, 2, 3)
		s := &hostileSmall{hostile: hostile{script: script, heaps: hs}, t: t}
		for range 300 {
			if len(s.script) == 0 {
				break
			}
			s.step()
		}
		first, last := hs[0].tables, hs[0].offset(uint64(len(hs[0].spans)))
		for off := range p.pages {
			if off < first || off >= last {
				t.Fatalf("a page at %#x was reserved", off)
			}
		}
	})
}

type hostileSmall struct {
	hostile
	t     *testing.T
	small []smallBlock
}

func (s *hostileSmall) step() {
	op := s.byte()
	h := s.heaps[int(op>>7)]
	switch op & 7 {
	case 0, 1:
		n := uint64(s.byte())<<uint(s.byte()%10) + 1
		off, gen, err := h.allocate(n, 64)
		if err == nil && (off < h.blocks || off+n > uint64(len(h.region))) {
			s.t.Fatalf("a block of %d at %#x", n, off)
		}
		if err == nil {
			s.small = append(s.small, smallBlock{off: off, bytes: n, gen: gen})
		}
	case 2:
		if len(s.small) > 0 {
			b := s.small[int(s.byte())%len(s.small)]
			_ = h.freeAny(b)
		}
	case 3:
		s.victim(h).Store(s.word())
	case 4:
		w := s.victim(h)
		w.Store(w.Load() ^ 1<<(s.byte()%64))
	case 5:
		_, _ = h.trim()
		_ = h.audit()
		_ = h.totals()
	case 6:
		_ = h.sweep(s.heaps[1-int(op>>7)].self.ID())
		_, _ = h.orphans(nil, op&8 != 0)
	case 7:
		s.refs(h)
	}
}

// victim is a word that a peer may write.
func (s *hostileSmall) victim(h *heap) *atomic.Uint64 {
	i, k := uint64(s.byte())%uint64(len(h.spans)), int(s.byte())
	switch s.byte() % 8 {
	case 0:
		return &h.spans[i].ctrl
	case 1:
		return &h.spans[i].ext
	case 2:
		return &h.spans[i].room
	case 3:
		return &h.small[i].hints[k%hintWords]
	case 4:
		return &h.cells[k%len(h.cells)].mail[k%maxClasses]
	case 5:
		return &h.cells[k%len(h.cells)].into[k%(maxClasses+1)].dst
	case 6:
		return &h.cells[k%len(h.cells)].into[k%(maxClasses+1)].ref
	}
	if k == 0 {
		return &h.ctl.stack.count
	}
	if k < 8 {
		return &h.ctl.stack.runs[k]
	}
	return &h.small[i].blocks[k*4%tableBlocks]
}

// refs uses references that may be anything.
func (s *hostileSmall) refs(h *heap) {
	r := blockRef(s.word())
	if len(s.small) > 0 {
		b := s.small[int(s.byte())%len(s.small)]
		r ^= makeRef(b.off, b.gen)
	}
	if p, ok := h.settle(r); ok && (r.off() < h.blocks || r.off()+p.bytes > uint64(len(h.region))) {
		s.t.Fatalf("a block of %d at %#x", p.bytes, r.off())
	}
	h.settleRef(r, uint32(s.byte()))
	_ = h.wordAt(s.word())
}
