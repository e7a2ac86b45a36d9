package shmarena

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// model is a heap beside the simplest thing that can say what it should do.
type model struct {
	heaps  []*heap // of several members
	pages  *fakePages
	owner  []int // span -> serial number of its block, 0 is free
	live   map[int]fakeBlock
	stale  []fakeBlock
	serial int
	frees  int
}

// TestHeapModel compares the heap with a map from spans to blocks.
func TestHeapModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spans := rapid.IntRange(1, 40).Draw(t, "spans")
		m := &model{owner: make([]int, spans), live: map[int]fakeBlock{}, stale: []fakeBlock{{0, 0, 1}}}
		m.heaps, m.pages = newFakeHeap(plainTB{t}, spans, 3)
		t.Repeat(map[string]func(*rapid.T){
			"alloc":       m.alloc,
			"free":        m.free,
			"free again":  m.freeAgain,
			"free inside": m.freeInside,
			"":            m.check,
		})
	})
}

func (m *model) alloc(t *rapid.T) {
	h := rapid.SampledFrom(m.heaps).Draw(t, "member")
	bytes := rapid.Uint64Range(1, uint64(len(m.owner)+1)<<spanShift).Draw(t, "bytes")
	first, gen, err := h.alloc(bytes)
	n := extentFor(bytes).spans()
	if longest := m.longestFree(); err != nil {
		if !errors.Is(err, ErrNoSpace) || n <= uint64(longest) {
			t.Fatalf("%d spans of %d free: %v", n, longest, err)
		}
		return
	}
	m.serial++
	for i := first; i < first+n; i++ {
		if m.owner[i] != 0 {
			t.Fatalf("span %d belongs to block %d already", i, m.owner[i])
		}
		m.owner[i] = m.serial
	}
	m.live[m.serial] = fakeBlock{first, gen, n}
}

func (m *model) free(t *rapid.T) {
	if len(m.live) == 0 {
		t.Skip("nothing to free")
	}
	h := rapid.SampledFrom(m.heaps).Draw(t, "member")
	k := rapid.SampledFrom(slices.Sorted(maps.Keys(m.live))).Draw(t, "block")
	b := m.live[k]
	if err := h.free(b.first, b.gen); err != nil {
		t.Fatal(err)
	}
	m.frees++
	delete(m.live, k)
	m.stale = append(m.stale, b)
	clear(m.owner[b.first : b.first+b.spans])
}

func (m *model) freeAgain(t *rapid.T) {
	b := rapid.SampledFrom(m.stale).Draw(t, "block")
	if err := m.heaps[0].free(b.first, b.gen); !errors.Is(err, ErrBadFree) {
		t.Fatalf("free of a freed block: %v", err)
	}
}

func (m *model) freeInside(t *rapid.T) {
	i := uint64(rapid.IntRange(0, len(m.owner)-1).Draw(t, "span"))
	for _, b := range m.live {
		if b.first == i {
			t.Skip("a block begins here")
		}
	}
	gen := rapid.Uint32Range(0, 3).Draw(t, "generation")
	if err := m.heaps[0].free(i, gen); !errors.Is(err, ErrBadFree) {
		t.Fatalf("free of span %d: %v", i, err)
	}
}

// check compares everything, after each step.
func (m *model) check(t *rapid.T) {
	h := m.heaps[0]
	h.mustAudit(t)
	used, pages := 0, 0
	for _, b := range m.live {
		used += int(b.spans)
		pages += int(h.reserved(h.extOf(b.first))) / fakePage
	}
	if got := int(h.ctl.used.Load()); got != used {
		t.Fatalf("%d spans in use, want %d", got, used)
	}
	if got := m.pages.count(); got != pages {
		t.Fatalf("%d pages reserved, want %d", got, pages)
	}
	if a, f := h.ctl.alloc.Load(), h.ctl.freed.Load(); int(a) != m.serial || int(f) != m.frees {
		t.Fatalf("%d allocs and %d frees, want %d and %d", a, f, m.serial, m.frees)
	}
}

func (m *model) longestFree() int {
	longest, n := 0, 0
	for _, o := range m.owner {
		n++
		if o != 0 {
			n = 0
		}
		longest = max(longest, n)
	}
	return longest
}
