package shmarena

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/race"
)

// prey is one collection of each kind, which a peer scribbles on.
type prey struct {
	a *Arena
	m Map[int64, record]
	d Dict[int64]
	v Value[record]
	l List[record]
	n Counter
}

func newPrey(tb testing.TB) *prey {
	a := goArena(tb, 28<<spanShift)
	p := &prey{
		a: a, m: must(NewMap[int64, record](a, 0))(tb), d: must(NewDict[int64](a, 0))(tb),
		v: must(NewValue(a, recordOf(1)))(tb), l: must(NewList[record](a))(tb), n: must(NewCounter(a))(tb),
	}
	for i := range int64(90) { // some buckets overflow, some are split
		ok(tb, p.m.Set(bg, i, recordOf(i)))
		ok(tb, p.d.Set(bg, fmt.Sprint(i), i))
		must(p.l.Append(bg, recordOf(i)))(tb)
	}
	return p
}

// use calls everything. Errors are right, and wrong results; not a panic, nor a
// wait beyond the context.
func (p *prey) use(k int64) {
	ctx, cancel := context.WithTimeout(bg, time.Millisecond)
	defer cancel()
	_, _, _ = p.m.Get(k)
	_ = p.m.Set(ctx, k, recordOf(k))
	_, _, _ = p.m.GetOrSet(ctx, k+1, recordOf(k))
	_, _ = p.m.Delete(ctx, k)
	_ = p.m.Update(ctx, k+2, func(*record, bool) bool { return k%2 == 0 })
	_, _ = p.m.CompareAndDelete(ctx, k+3, recordOf(k))
	_ = p.m.Len()
	n := 0
	_ = p.m.Each(func(int64, record) bool { n++; return n < 2000 })
	_ = p.m.Clear(ctx)
	_, _, _ = p.d.Get("5")
	_ = p.d.Set(ctx, "6", 6)
	for range p.d.All() {
		n++
	}
	_, _ = p.v.Load()
	_ = p.v.Store(ctx, recordOf(k))
	_ = p.v.Update(ctx, func(*record) {})
	_, _, _ = p.l.Get(int(k))
	_ = p.l.Set(ctx, int(k), recordOf(k))
	_, _ = p.l.Append(ctx, recordOf(k))
	_, _, _ = p.l.Pop(ctx)
	for range p.l.All() {
		if n++; n > 6000 {
			break
		}
	}
	_ = p.l.Clear(ctx)
	_ = p.n.Add(1)
	_, _ = p.n.Sum()
}

// blocksOf are the blocks of the collections, one after the other.
func (p *prey) blocks() (all [][]byte) {
	h := p.a.at.heap
	for i := uint64(0); i < uint64(len(h.spans)); i += h.extOf(i).spans() {
		if h.ctrlOf(i).state() == stateLarge {
			off := h.offset(i)
			all = append(all, p.a.at.region[off:off+h.extOf(i).bytes()])
		}
		c, small := h.extOf(i).class()
		if !small || !h.ctrlOf(i).hasBlocks() {
			continue
		}
		for k := range classes[c].count {
			if b := block(h.small[i].blocks[k].Load()); b.state() == blockLive {
				off := h.offsetAt(place{first: i, slot: makeSlot(c, k)})
				all = append(all, p.a.at.region[off:off+uint64(classes[c].size)-b.slack()])
			}
		}
	}
	return all
}

// Whatever is in the collections' memory, calls on them end, and stay inside the
// arena: it lies on the Go heap, so that an index beyond it is a panic.
func TestCollectionHostileWords(t *testing.T) {
	p := newPrey(t)
	saved := make([]byte, len(p.a.at.region))
	copy(saved, p.a.at.region)
	r := rand.New(rand.NewPCG(3, 4))
	words := []uint64{0, 1, ^uint64(0), 1 << 63, 1 << 40, 1<<40 + 1, 17, 0x8080808080808080, 1 << 32, 1<<32 | 3}
	tries := 0
	for _, b := range p.blocks() {
		step := 8
		switch {
		case race.Enabled:
			step = 8 * (1 + len(b)/256)
		case len(b) > 2048 && !stress():
			step = 8 * (1 + len(b)/2048) // a sample of the lanes, all of the head
		}
		for at := 0; at+8 <= len(b); {
			word := words[tries%len(words)]
			switch tries % 3 {
			case 0:
				word = binary.LittleEndian.Uint64(b[at:]) ^ 1<<r.IntN(64)
			case 1:
				word = r.Uint64() >> r.IntN(64)
			}
			binary.LittleEndian.PutUint64(b[at:], word)
			p.use(int64(tries % 100))
			copy(p.a.at.region, saved)
			tries++
			if at < 1024 && !race.Enabled {
				at += 8
			} else {
				at += step
			}
		}
	}
	t.Logf("%d words", tries)
	p.m.mustCheck(t)
	p.use(3)
}

// FuzzHostileCollections lets a peer store words anywhere in the collections
// between calls.
func FuzzHostileCollections(f *testing.F) {
	f.Add([]byte("words at places"))
	f.Add([]byte{0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 200, 255, 255, 255, 255, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, script []byte) {
		p := newPrey(t)
		blocks := p.blocks()
		for len(script) >= 11 {
			b := blocks[int(script[0])%len(blocks)]
			at := (int(binary.LittleEndian.Uint16(script[1:])) * 8) % len(b) &^ 7
			copy(b[at:], script[3:11])
			script = script[11:]
			p.use(int64(at % 100))
		}
	})
}
