//go:build linux

package queue

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"testing"
	"time"
	"unsafe"
)

// controlBytes is the memory of the control.
func controlBytes(c *control) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(c)), controlSize) }

// impatient has waits for the lock end soon: a hostile peer can hold it.
func impatient(t testing.TB) {
	old := lockPatience
	lockPatience = 5 * time.Millisecond
	t.Cleanup(func() { lockPatience = old })
}

// useAll does everything that can be done with a queue. Whatever comes is an error or a value: it
// must not panic, hang, or leave the memory.
func (g *stage) useAll() {
	wait := func() context.Context {
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		_ = context.AfterFunc(ctx, cancel)
		return ctx
	}
	s, r := sender(g.arena), receiver(g.arena)
	_ = s.end.takePlace(wait(), g.opt)
	_ = r.end.takePlace(wait(), g.opt)
	for _, e := range []*end[int64]{&g.s.end, &g.r.end} {
		_ = e.await(wait(), 2)
		_ = e.deserted("use")
		e.announce()
	}
	for range 6 {
		_ = g.s.TryPut(1)
	}
	_ = g.s.Put(wait(), 1)
	_ = g.s.Join(wait())
	for range 6 {
		_, _ = g.r.Get(wait())
	}
	_, _, _ = g.s.Len(), g.r.Cap(), g.r.Return()
	for _, e := range []*end[int64]{&s.end, &r.end, &g.s.end, &g.r.end} {
		if e.place != nil {
			_ = e.goAway(false)
		}
	}
}

// spoil writes pairs of an offset and a value into a living queue, and has it used.
func spoil(t *testing.T, g *stage, words []byte) {
	check(t, g.clear())
	check(t, g.begin(true, true))
	mem := controlBytes(g.s.end.ctl)
	for ; len(words) >= 8; words = words[8:] {
		at := binary.LittleEndian.Uint32(words) % (controlSize / 4) * 4
		copy(mem[at:at+4], words[4:8])
	}
	done := make(chan struct{})
	go func() { defer close(done); g.useAll() }()
	select {
	case <-done:
	case <-time.After(5 * time.Minute):
		t.Fatal("it hangs")
	}
	clear(mem) // so that the next queue begins in a control that is one
}

func word(at, value uint32) []byte {
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, at), value)
}

// interesting are values that mean something to somebody: nobody, everything, flags, ids, sizes.
func interesting(r *rand.Rand, g *stage) uint32 {
	all := []uint32{0, 1, 2, 1 << 31, 1 << 30, ^uint32(0), 1<<30 - 1, textMax + 1, places, uint32(g.arena.Member().ID())}
	if i := r.IntN(len(all) + 2); i < len(all) {
		return all[i]
	}
	return r.Uint32()
}

// TestHostileControl sets words of the control, one by one and many at once, to what a hostile peer
// could write there. The long run does it to each word.
func TestHostileControl(t *testing.T) {
	impatient(t)
	g, r := newStage(t), rand.New(rand.NewPCG(7, 9))
	words := []uint32{0, 1, 2, 3, 16} // the control's own, and those of the first places
	for side := range uint32(2) {
		for i := range uint32(4) {
			words = append(words, (128+side*sideSize)/4+i)
		}
		for i := range uint32(3) {
			words = append(words, (128+side*sideSize+64)/4+i)
		}
	}
	if os.Getenv("SHMENGINE_STRESS") != "" {
		words = words[:0]
		for at := range uint32(controlSize / 4) {
			words = append(words, at)
		}
	}
	for _, at := range words {
		for range 3 {
			spoil(t, g, word(at, interesting(r, g)))
		}
	}
	for range 50 {
		var some []byte
		for range 1 + r.IntN(200) {
			some = append(some, word(r.Uint32(), interesting(r, g))...)
		}
		spoil(t, g, some)
	}
	check(t, g.clear())
	check(t, g.begin(true, true))
	check(t, g.passes())
	check(t, g.s.end.goAway(false))
	check(t, g.r.end.goAway(false))
}

func FuzzHostileControl(f *testing.F) {
	impatient(f)
	f.Add(word(0, 1<<31))
	f.Add(append(word(1, 0), word(35, 200)...))
	f.Fuzz(func(t *testing.T, words []byte) {
		spoil(t, newStage(t), words[:min(len(words), 800)])
	})
}

// TestHostileText: what stands there as the type, and its length, is only compared.
func TestHostileText(t *testing.T) {
	for _, text := range []string{"", "\n", "value int64", "value int32\n", "\x00\xff\n\n\n", stageText + "more\n"} {
		for _, n := range []uint32{uint32(len(text)), 0, textMax, textMax + 1, ^uint32(0)} {
			g := newStage(t)
			check(t, g.begin(true, true))
			ctl := g.s.end.ctl
			clear(ctl.text[:])
			copy(ctl.text[:], text)
			ctl.textLen.Store(n)
			s := sender(g.arena)
			if err := s.end.takePlaceNow(); err == nil && (text != stageText || n != uint32(len(text))) {
				t.Errorf("%q of %d bytes is %q", text, n, stageText)
			}
			check(t, g.s.end.goAway(false))
			check(t, g.r.end.goAway(false))
		}
	}
}
