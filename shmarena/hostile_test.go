package shmarena

import (
	"encoding/binary"
	"hash/crc32"
	"testing"
)

// sumOf makes a header's checksum right.
func sumOf(b []byte) {
	binary.LittleEndian.PutUint32(b[headerChecksum:], crc32.Checksum(b[:headerChecksum], castagnoli))
}

// FuzzHostileHeader feeds headers whose checksum is right.
func FuzzHostileHeader(f *testing.F) {
	b := make([]byte, headerSize)
	geo := geometryOf(1, spanSize)
	header{id: 1, members: 1, capacity: spanSize}.encode(b, geo)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= headerSize {
			sumOf(b)
		}
		h, geo, err := decodeHeader(b)
		if err != nil {
			return
		}
		if geo != geometryOf(h.members, h.capacity) || geo.size > 2*maxSize || geo.blocks >= geo.size {
			t.Errorf("%+v: %+v", h, geo)
		}
	})
}

// FuzzHostileHeap lets a peer store words anywhere in the heap's tables between
// calls. The calls may fail; they must not panic, hang, or touch a word or page
// that is not the heap's (the tables are Go memory, so that would be a panic).
func FuzzHostileHeap(f *testing.F) {
	f.Add([]byte("alloc and free"))
	f.Add([]byte{0, 10, 1, 9, 0, 2, 40, 3, 0, 0, 0, 0, 0, 0, 0, 0xff, 0, 200, 1, 0, 3, 4, 5})
	f.Add([]byte("2D0000000\x1cC\x1d1/000000000000000000\xb6")) // has a table reserved
	f.Fuzz(func(t *testing.T, script []byte) {
		const spans = 16
		hs, p := newFakeHeap(t, spans, 2)
		s := &hostile{script: script, heaps: hs}
		for range 200 {
			if len(s.script) == 0 {
				break
			}
			s.step()
		}
		// A span that says that a dead member was about to cut it has its table reserved.
		h := hs[0]
		for off := range p.pages {
			inTables := off >= h.tables && off < h.tables+spans*tableSize
			if !inTables && (off < h.offset(0) || off >= h.offset(spans)) {
				t.Fatalf("a page at %#x was reserved, the tables are at %#x, the blocks at %#x to %#x", off, h.tables, h.offset(0), h.offset(spans))
			}
		}
	})
}

// hostile reads what to do next from a script.
type hostile struct {
	script []byte
	heaps  []*heap
	blocks []fakeBlock
}

func (s *hostile) byte() byte {
	if len(s.script) == 0 {
		return 0
	}
	b := s.script[0]
	s.script = s.script[1:]
	return b
}

func (s *hostile) word() uint64 {
	var b [8]byte
	n := copy(b[:], s.script)
	s.script = s.script[n:]
	return binary.LittleEndian.Uint64(b[:])
}

func (s *hostile) step() {
	op := s.byte()
	h := s.heaps[int(op>>7)]
	switch op & 7 {
	case 0:
		n := uint64(s.byte())<<13 + 1
		if first, gen, err := h.alloc(n); err == nil {
			s.blocks = append(s.blocks, fakeBlock{first: first, gen: gen})
		}
	case 1:
		if len(s.blocks) > 0 {
			b := s.blocks[int(s.byte())%len(s.blocks)]
			_ = h.free(b.first, b.gen)
		}
	case 2:
		h.word(uint64(s.byte()) % (wordSpans + 2*uint64(len(h.spans)))).Store(s.word())
	case 3: // a small change, such as of a length or a state
		w := h.word(uint64(s.byte()) % (wordSpans + 2*uint64(len(h.spans))))
		w.Store(w.Load() ^ 1<<(s.byte()%64))
	case 4:
		r := &h.ctl.redo
		r.count.Store(uint64(s.byte()))
		p := &r.pairs[int(s.byte())%redoPairs]
		p.word.Store(s.word())
		p.value.Store(s.word())
	case 5:
		h.replay()
	case 6:
		_ = h.audit()
		_ = h.sweep(s.heaps[1-int(op>>7)].self.ID())
	case 7:
		_ = h.resolve(uint32(s.byte()), s.word(), s.word(), uint64(s.byte()))
		_, _ = h.orphans(nil, op&8 != 0)
	}
}
