package shmarena

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

// newSmallHeap is newFakeHeap with bytes under it and so many spans kept warm.
func newSmallHeap(tb testing.TB, n, members, keep int) ([]*heap, *fakePages) {
	hs, p := newFakeHeap(tb, n, members)
	giveBytes(hs, p, keep)
	return hs, p
}

func giveBytes(hs []*heap, p *fakePages, keep int) {
	region := make([]byte, hs[0].offset(uint64(len(hs[0].spans))))
	p.bytes = region
	for _, h := range hs {
		h.region, h.keep = region, uint64(keep)
	}
}

// Every size has the smallest class that holds it, within the waste that is
// promised, and index is division.
func TestClasses(t *testing.T) {
	for n := uint64(1); n <= maxSmall; n++ {
		c := classOf(n)
		size := uint64(classes[c].size)
		if size < n || c > 0 && uint64(classes[c-1].size) >= n {
			t.Fatalf("%d bytes are of class %d", n, size)
		}
		if n > 256 && n <= 8192 && (size-n)*4 > n {
			t.Errorf("%d bytes waste %d", n, size-n)
		}
		if size-n > slackMask {
			t.Errorf("%d bytes: slack does not fit", n)
		}
	}
	for c := range classes {
		class := &classes[c]
		if class.size%classStep != 0 || class.size*class.count > spanSize || class.tableLen() > tableSize {
			t.Errorf("class %d: %+v", c, *class)
		}
		for in := range uint64(spanSize) {
			i, ok := class.index(in)
			if want := in%uint64(class.size) == 0 && in/uint64(class.size) < uint64(class.count); ok != want || ok && uint64(i) != in/uint64(class.size) {
				t.Fatalf("class of %d: index(%d) = %d, %v", class.size, in, i, ok)
			}
		}
	}
}

// smallModel is a heap beside a map from offsets to what was asked for.
type smallModel struct {
	heaps []*heap
	live  map[uint64]smallBlock
	stale []smallBlock
	order []uint64
	n     byte
}

type smallBlock struct {
	off, bytes uint64
	gen        uint32
	fill       byte
}

// TestSmallModel has members allocate, free, trim, die and be swept at random.
// No two live blocks overlap, new ones are zero, each keeps its bytes.
func TestSmallModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &smallModel{live: map[uint64]smallBlock{}}
		var p *fakePages
		m.heaps, p = newFakeHeap(plainTB{t}, rapid.IntRange(1, 12).Draw(t, "spans"), 3)
		giveBytes(m.heaps, p, rapid.IntRange(0, 4).Draw(t, "keep"))
		t.Repeat(map[string]func(*rapid.T){
			"alloc": m.alloc, "alloc many": m.allocMany, "free": m.free, "free many": m.freeMany,
			"free again": m.freeAgain, "free inside": m.freeInside,
			"trim": m.trim, "leave": m.leave, "sweep nobody": m.sweep, "": m.check,
		})
	})
}

func (m *smallModel) pick(t *rapid.T) *heap {
	return m.heaps[rapid.IntRange(0, len(m.heaps)-1).Draw(t, "member")]
}

func (m *smallModel) alloc(t *rapid.T) {
	m.allocOne(t, m.pick(t), rapid.Uint64Range(1, 80000).Draw(t, "bytes"))
}

func (m *smallModel) allocMany(t *rapid.T) {
	h, bytes := m.pick(t), uint64(rapid.SampledFrom([]int{1, 64, 100, 1000, 4096, 20000, 32768}).Draw(t, "bytes"))
	for range rapid.IntRange(1, 70).Draw(t, "times") {
		if !m.allocOne(t, h, bytes) {
			return
		}
	}
}

func (m *smallModel) allocOne(t *rapid.T, h *heap, bytes uint64) bool {
	off, gen, err := h.allocate(bytes, defaultAlign)
	if errors.Is(err, ErrNoSpace) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range h.region[off : off+bytes] {
		if v != 0 {
			t.Fatalf("byte %d of a new block of %d is %d", i, bytes, v)
		}
	}
	m.n = m.n%250 + 1
	b := smallBlock{off, bytes, gen, m.n}
	for i := range h.region[off : off+bytes] {
		h.region[off+uint64(i)] = b.fill
	}
	m.live[off] = b
	m.order = append(m.order, off)
	return true
}

func (m *smallModel) free(t *rapid.T) {
	if len(m.order) == 0 {
		t.Skip("nothing to free")
	}
	m.freeAt(t, m.pick(t), rapid.IntRange(0, len(m.order)-1).Draw(t, "block"))
}

func (m *smallModel) freeMany(t *rapid.T) {
	h := m.pick(t)
	for range rapid.IntRange(1, 100).Draw(t, "times") {
		if len(m.order) == 0 {
			return
		}
		m.freeAt(t, h, len(m.order)-1)
	}
}

func (m *smallModel) freeAt(t *rapid.T, h *heap, i int) {
	b := m.live[m.order[i]]
	for k, v := range h.region[b.off : b.off+b.bytes] {
		if v != b.fill {
			t.Fatalf("byte %d of a block of %d is %d, not %d", k, b.bytes, v, b.fill)
		}
	}
	if err := h.freeAny(b); err != nil {
		t.Fatal(err)
	}
	m.stale = append(m.stale, b)
	delete(m.live, b.off)
	m.order = append(m.order[:i], m.order[i+1:]...)
}

func (m *smallModel) freeAgain(t *rapid.T) {
	if len(m.stale) == 0 {
		t.Skip("nothing was freed")
	}
	b := rapid.SampledFrom(m.stale).Draw(t, "block")
	if err := m.pick(t).freeAny(b); !errors.Is(err, ErrBadFree) {
		t.Fatalf("free of a freed block: %v", err)
	}
}

func (m *smallModel) freeInside(t *rapid.T) {
	if len(m.order) == 0 {
		t.Skip("no block")
	}
	b := m.live[rapid.SampledFrom(m.order).Draw(t, "block")]
	for _, bad := range []smallBlock{
		{off: b.off + 1, bytes: b.bytes, gen: b.gen}, {off: b.off + 64, bytes: b.bytes, gen: b.gen + 1},
		{off: b.off, bytes: b.bytes + 1, gen: b.gen}, {off: b.off, bytes: b.bytes - 1, gen: b.gen},
		{off: b.off, bytes: b.bytes, gen: b.gen - 1}, {off: b.off, bytes: b.bytes, gen: b.gen + 1},
	} {
		if other, ok := m.live[bad.off]; ok && other.gen == bad.gen && other.bytes == bad.bytes {
			continue // the neighbour
		}
		if err := m.heaps[0].freeAny(bad); !errors.Is(err, ErrBadFree) {
			t.Fatalf("free of %+v, the block is %+v: %v", bad, b, err)
		}
	}
}

func (m *smallModel) trim(t *rapid.T) {
	if _, err := m.pick(t).trim(); err != nil {
		t.Fatal(err)
	}
}

// leave has a member give its spans up, and go on as if it had come back.
func (m *smallModel) leave(t *rapid.T) { m.pick(t).retireMagazines() }

func (m *smallModel) sweep(t *rapid.T) {
	if err := m.pick(t).sweep(m.pick(t).self.ID() + 1<<10); err != nil {
		t.Fatal(err)
	}
}

func (m *smallModel) check(t *rapid.T) {
	h := m.heaps[0]
	h.mustAudit(t)
	bytes := uint64(0)
	for _, b := range m.live {
		bytes += b.bytes
	}
	got := h.totals()
	if got.bytes != bytes || got.alloc-got.freed != uint64(len(m.live)) || got.freed != uint64(len(m.stale)) {
		t.Fatalf("%+v, want %d bytes in %d blocks, %d freed", got, bytes, len(m.live), len(m.stale))
	}
	if h.ctl.warm.Load() > h.keep {
		t.Fatalf("%d spans are warm, %d may be", h.ctl.warm.Load(), h.keep)
	}
	if len(m.live) > 0 {
		return
	}
	for _, h := range m.heaps {
		if _, err := h.trim(); err != nil {
			t.Fatal(err)
		}
	}
	if h.ctl.used.Load() != 0 || h.ctl.warm.Load() != 0 {
		t.Fatalf("%d spans in use, %d warm without a block", h.ctl.used.Load(), h.ctl.warm.Load())
	}
}
