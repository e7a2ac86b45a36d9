package shmarena

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// whatever the order of the frees, one block can take everything again.
func TestCoalescing(t *testing.T) {
	orders := map[string]func([]fakeBlock){
		"in order": func([]fakeBlock) {},
		"reverse":  slices.Reverse[[]fakeBlock],
		"random": func(b []fakeBlock) {
			rand.New(rand.NewPCG(1, 2)).Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j], b[i] })
		},
		"even, then odd": func(b []fakeBlock) {
			slices.SortFunc(b, func(x, y fakeBlock) int { return int(x.first%2) - int(y.first%2) })
		},
	}
	for name, order := range orders {
		t.Run(name, func(t *testing.T) {
			const spans = 257
			hs, p := newFakeHeap(t, spans, 1)
			for round := range 3 {
				blocks := fillUp(t, hs[0])
				order(blocks)
				for _, b := range blocks {
					mustFreeBlock(t, hs[0], b)
					hs[0].mustAudit(t)
				}
				mustFreeBlock(t, hs[0], hs[0].mustAlloc(t, spans<<spanShift))
				if n := p.count(); n != 0 {
					t.Fatalf("round %d: %d pages reserved in an empty heap", round, n)
				}
			}
		})
	}
}

// fillUp allocates blocks of one to three spans until there is no room.
func fillUp(t *testing.T, h *heap) []fakeBlock {
	t.Helper()
	var blocks []fakeBlock
	for {
		first, gen, err := h.alloc(uint64(1 + len(blocks)%3*spanSize))
		if errors.Is(err, ErrNoSpace) {
			return blocks
		}
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, fakeBlock{first: first, gen: gen})
	}
}

// TestHeapStress has goroutines of several members allocate and free at once;
// under -race every access to the tables is checked.
func TestHeapStress(t *testing.T) {
	const spans, workers, rounds = 64, 8, 300
	hs, p := newFakeHeap(t, spans, 4)
	var inUse [spans]atomic.Int32
	var wg sync.WaitGroup
	for w := range workers {
		h := hs[w%len(hs)]
		r := rand.New(rand.NewPCG(uint64(w), 7))
		wg.Go(func() {
			for range rounds {
				bytes := r.Uint64N(6<<spanShift) + 1
				first, gen, err := h.alloc(bytes)
				if errors.Is(err, ErrNoSpace) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				n := extentFor(bytes).spans()
				for i := first; i < first+n; i++ {
					if inUse[i].Add(1) != 1 {
						t.Errorf("span %d handed out twice", i)
					}
				}
				for i := first; i < first+n; i++ {
					inUse[i].Add(-1)
				}
				if err := h.free(first, gen); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	hs[0].mustAudit(t)
	if p.count() != 0 {
		t.Errorf("%d pages reserved in an empty heap", p.count())
	}
}

func TestReserveFails(t *testing.T) {
	hs, p := newFakeHeap(t, 16, 1)
	h := hs[0]
	p.limit = 40
	b := h.mustAlloc(t, 20*fakePage)
	for range 3 {
		if _, _, err := h.alloc(21 * fakePage); !errors.Is(err, ErrNoSpace) {
			t.Fatalf("alloc beyond the memory: %v", err)
		}
		h.mustAudit(t)
	}
	if n := p.count(); n != 20 {
		t.Errorf("%d pages reserved after a failed allocation, want 20", n)
	}
	if a := h.ctl.alloc.Load(); a != 1 {
		t.Errorf("%d allocations counted, want 1", a)
	}
	p.fail = fmt.Errorf("some other error")
	if _, _, err := h.alloc(1); !errors.Is(err, p.fail) {
		t.Errorf("alloc: %v", err)
	}
	p.fail = nil
	if err := h.free(b.first, b.gen); err != nil {
		t.Error(err)
	}
	h.mustAudit(t)
}
