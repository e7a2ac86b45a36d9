package shmarena

import (
	"sync"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/testmem"
	"pgregory.net/rapid"
)

// fakeMember is a member of a heap in Go memory, where the race detector sees
// every access. Its life is what the test says.
type fakeMember struct {
	futex.Lot
	id   futex.ID
	dead *sync.Map // shared by all members of the heap
}

func (m *fakeMember) ID() futex.ID { return m.id }

func (m *fakeMember) Alive(id futex.ID) bool {
	_, gone := m.dead.Load(id)
	return !gone && id != futex.NoID && id.Slot() < 8
}

// fakePages keeps count of what is reserved, and can run out of memory.
type fakePages struct {
	mu    sync.Mutex
	pages map[uint64]bool
	limit int    // pages; 0 is no limit
	bytes []byte // what is under the heap, if anything
	fail  error
}

const fakePage = 4096

func (p *fakePages) reserve(off, n uint64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		return p.fail
	}
	for at := off; at < off+n; at += fakePage {
		if p.limit > 0 && len(p.pages) >= p.limit {
			return &NoSpaceError{Op: "reserve", Asked: int64(n), Free: -1, Largest: -1, Cap: -1, Backing: 0, Where: "test"}
		}
		p.pages[at] = true
	}
	return nil
}

func (p *fakePages) release(off, n uint64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for at := off; at < off+n; at += fakePage {
		delete(p.pages, at)
	}
	if p.bytes != nil {
		clear(p.bytes[off : off+n])
	}
	return nil
}

func (p *fakePages) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.pages)
}

// newFakeHeap returns views of one heap of n spans for several members.
func newFakeHeap(tb testmem.TB, n, members int) ([]*heap, *fakePages) {
	geo := geometryOf(members, uint64(n)<<spanShift)
	mem := testmem.Go(tb, int(geo.blocks))
	t := viewTables(mem, geo)
	formatHeap(t.spans)
	p := &fakePages{pages: map[uint64]bool{}}
	dead := new(sync.Map)
	hs := make([]*heap, members)
	for i := range hs {
		hs[i] = newHeap(t, geo, fakePage, p)
		hs[i].join(&fakeMember{id: futex.MakeID(uint32(i), 1), dead: dead})
		hs[i].roster = func() map[uint64]bool {
			alive := map[uint64]bool{}
			for _, h := range hs {
				if hs[0].self.Alive(h.self.ID()) {
					alive[h.maker] = true
				}
			}
			return alive
		}
	}
	return hs, p
}

// kill makes a member dead for all others.
func (h *heap) kill() { h.self.(*fakeMember).dead.Store(h.self.ID(), true) }

// audit walks the heap and compares the counters.
func (h *heap) audit() error {
	if err := h.lock(); err != nil {
		return err
	}
	defer h.unlock()
	w, err := h.walk()
	if err != nil {
		return err
	}
	return h.compare(w)
}

func (h *heap) mustAudit(tb interface{ Fatalf(string, ...any) }) {
	if err := h.audit(); err != nil {
		tb.Fatalf("audit: %v", err)
	}
}

type fakeBlock struct {
	first uint64
	gen   uint32
	spans uint64
}

func (h *heap) mustAlloc(tb interface{ Fatalf(string, ...any) }, bytes uint64) fakeBlock {
	first, gen, err := h.alloc(bytes)
	if err != nil {
		tb.Fatalf("alloc %d: %v", bytes, err)
	}
	return fakeBlock{first, gen, extentFor(bytes).spans()}
}

// plainTB lets testmem work inside rapid.
type plainTB struct{ *rapid.T }

func (plainTB) Cleanup(func()) {}
