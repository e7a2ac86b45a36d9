package shmarena

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"
)

// whatever the order of the frees, one block can take everything again.
func TestCoalescing(t *testing.T) {
	const spans = 257
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
			hs, p := newFakeHeap(t, spans, 1)
			h := hs[0]
			for round := range 3 {
				var blocks []fakeBlock
				for {
					first, gen, err := h.alloc(uint64(1 + len(blocks)%3*spanSize))
					if err != nil {
						if !errors.Is(err, ErrNoSpace) {
							t.Fatal(err)
						}
						break
					}
					blocks = append(blocks, fakeBlock{first: first, gen: gen})
				}
				order(blocks)
				for _, b := range blocks {
					if err := h.free(b.first, b.gen); err != nil {
						t.Fatal(err)
					}
					h.mustAudit(t)
				}
				all := h.mustAlloc(t, spans<<spanShift)
				if err := h.free(all.first, all.gen); err != nil {
					t.Fatal(err)
				}
				if n := p.count(); n != 0 {
					t.Fatalf("round %d: %d pages reserved in an empty heap", round, n)
				}
			}
		})
	}
}

// TestHeapModel compares the heap with a map from spans to blocks.
func TestHeapModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spans := rapid.IntRange(1, 40).Draw(t, "spans")
		hs, p := newFakeHeap(plainTB{t}, spans, 3)
		owner := make([]int, spans) // span -> serial number of the block, 0 is free
		live := map[int]fakeBlock{}
		stale := []fakeBlock{{0, 0, 1}}
		serial, frees := 0, 0
		t.Repeat(map[string]func(*rapid.T){
			"alloc": func(t *rapid.T) {
				h := rapid.SampledFrom(hs).Draw(t, "member")
				bytes := rapid.Uint64Range(1, uint64(spans+1)<<spanShift).Draw(t, "bytes")
				first, gen, err := h.alloc(bytes)
				n := extentFor(bytes).spans()
				if longest := longestFree(owner); err != nil {
					if !errors.Is(err, ErrNoSpace) || n <= uint64(longest) {
						t.Fatalf("%d spans of %d free: %v", n, longest, err)
					}
					return
				}
				serial++
				for i := first; i < first+n; i++ {
					if owner[i] != 0 {
						t.Fatalf("span %d belongs to block %d already", i, owner[i])
					}
					owner[i] = serial
				}
				live[serial] = fakeBlock{first, gen, n}
			},
			"free": func(t *rapid.T) {
				if len(live) == 0 {
					t.Skip("nothing to free")
				}
				h := rapid.SampledFrom(hs).Draw(t, "member")
				keys := make([]int, 0, len(live))
				for k := range live {
					keys = append(keys, k)
				}
				slices.Sort(keys)
				k := rapid.SampledFrom(keys).Draw(t, "block")
				b := live[k]
				if err := h.free(b.first, b.gen); err != nil {
					t.Fatal(err)
				}
				frees++
				delete(live, k)
				stale = append(stale, b)
				for i := b.first; i < b.first+b.spans; i++ {
					owner[i] = 0
				}
			},
			"free again": func(t *rapid.T) {
				b := rapid.SampledFrom(stale).Draw(t, "block")
				if err := hs[0].free(b.first, b.gen); !errors.Is(err, ErrBadFree) {
					t.Fatalf("free of a freed block: %v", err)
				}
			},
			"free inside": func(t *rapid.T) {
				i := uint64(rapid.IntRange(0, spans-1).Draw(t, "span"))
				for _, b := range live {
					if b.first == i {
						t.Skip("a block begins here")
					}
				}
				gen := rapid.Uint32Range(0, 3).Draw(t, "generation")
				if err := hs[0].free(i, gen); !errors.Is(err, ErrBadFree) {
					t.Fatalf("free of span %d: %v", i, err)
				}
			},
			"": func(t *rapid.T) {
				hs[0].mustAudit(t)
				used, pages := 0, 0
				for _, b := range live {
					used += int(b.spans)
					pages += int(hs[0].reserved(hs[0].extOf(b.first))) / fakePage
				}
				if got := int(hs[0].ctl.used.Load()); got != used {
					t.Fatalf("%d spans in use, want %d", got, used)
				}
				if got := p.count(); got != pages {
					t.Fatalf("%d pages reserved, want %d", got, pages)
				}
				if a, f := hs[0].ctl.alloc.Load(), hs[0].ctl.freed.Load(); int(a) != serial || int(f) != frees {
					t.Fatalf("%d allocs and %d frees, want %d and %d", a, f, serial, frees)
				}
			},
		})
	})
}

func longestFree(owner []int) int {
	longest, n := 0, 0
	for _, o := range owner {
		n++
		if o != 0 {
			n = 0
		}
		longest = max(longest, n)
	}
	return longest
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
