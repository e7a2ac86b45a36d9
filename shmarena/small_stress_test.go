package shmarena

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
)

// TestSmallStress has goroutines of several members allocate, and free what
// others allocated, while one trims; under -race every word is seen.
func TestSmallStress(t *testing.T) {
	const workers, rounds = 8, 4000
	hs, _ := newSmallHeap(t, 48, 4, 8)
	shared := make(chan smallBlock, 200)
	var wg sync.WaitGroup
	for w := range workers {
		h, r := hs[w%len(hs)], rand.New(rand.NewPCG(uint64(w), 5))
		wg.Go(func() {
			for i := range rounds {
				if i%500 == 0 {
					if _, err := h.trim(); err != nil {
						t.Error(err)
					}
				}
				stressOnce(t, h, r, shared)
			}
		})
	}
	wg.Wait()
	for len(shared) > 0 {
		b := <-shared
		checkedFree(t, hs[0], b)
	}
	hs[0].mustAudit(t)
	if got := hs[0].totals(); got.bytes != 0 || got.alloc != got.freed {
		t.Errorf("%+v", got)
	}
	for _, h := range hs {
		h.retireMagazines()
	}
	if _, err := hs[0].trim(); err != nil || hs[0].ctl.used.Load() != 0 {
		t.Errorf("%d spans in use without a block, %v", hs[0].ctl.used.Load(), err)
	}
}

func stressOnce(t *testing.T, h *heap, r *rand.Rand, shared chan smallBlock) {
	b := smallBlock{bytes: []uint64{64, 200, 1024, 4096, 30000}[r.IntN(5)], fill: byte(1 + r.IntN(255))}
	var err error
	b.off, b.gen, err = h.allocate(b.bytes, defaultAlign)
	if err != nil && !errors.Is(err, ErrNoSpace) {
		t.Error(err)
		return
	}
	if err == nil {
		for i := range b.bytes {
			if h.region[b.off+i] != 0 {
				t.Errorf("byte %d of a new block is %d", i, h.region[b.off+i])
				return
			}
			h.region[b.off+i] = b.fill
		}
		select {
		case shared <- b:
		default:
			checkedFree(t, h, b)
		}
	}
	if err != nil || r.IntN(2) == 0 {
		select {
		case b := <-shared:
			checkedFree(t, h, b)
		default:
		}
	}
}

func checkedFree(t *testing.T, h *heap, b smallBlock) {
	for i, v := range h.region[b.off : b.off+b.bytes] {
		if v != b.fill {
			t.Errorf("byte %d of a block of %d is %d, not %d", i, b.bytes, v, b.fill)
			break
		}
	}
	if err := h.freeAny(b); err != nil {
		t.Error(err)
	}
}
