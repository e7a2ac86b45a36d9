package shmarena

import (
	"sync/atomic"

	"github.com/shmengine/shmengine/internal/spin"
)

// The ring of BenchmarkCrossFree: arrays in the slots, positions in words of
// their own, which both sides read only when their copy of them says stop.
const (
	crossSlots = 256
	crossBatch = 32
	crossFlags = 64
)

// flags are the words of the ring: put at 0, taken at 16, end at 32.
type flags struct {
	written, taken, last *atomic.Uint64
	room, have           uint64
}

func newFlags(a *Arena, x Array[uint64]) *flags {
	at := func(i uint64) *atomic.Uint64 { return a.at.heap.atomicAt(x.off + i*8) }
	return &flags{written: at(0), taken: at(16), last: at(32), room: crossSlots}
}

// awaitRoom waits until slot i may be written.
func (f *flags) awaitRoom(i uint64) {
	for i >= f.room {
		f.room = f.taken.Load() + crossSlots
		if i >= f.room {
			spin.OSYield()
		}
	}
}

// put publishes up to slot i, a batch at a time.
func (f *flags) put(i uint64) {
	if i%crossBatch == crossBatch-1 {
		f.written.Store(i + 1)
	}
}

func (f *flags) end(i uint64) {
	f.written.Store(i)
	f.last.Store(i + 1)
}

// freeAll frees what is put until the end.
func freeAll(a *Arena, s []Array[byte], f *flags) {
	for i := uint64(0); ; {
		for i >= f.have {
			last := f.last.Load()
			f.have = f.written.Load()
			if i >= f.have {
				if last != 0 && i == last-1 {
					return
				}
				spin.OSYield()
			}
		}
		for ; i < f.have; i++ {
			if err := s[i%crossSlots].Free(); err != nil {
				panic(err)
			}
		}
		f.taken.Store(i)
	}
}
