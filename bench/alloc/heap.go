package alloc

import (
	"fmt"
	"runtime"
	"sync/atomic"
)

// window is how many blocks are alive at once; batch is how many operations lie
// between two looks at the clock.
const (
	window = 64
	batch  = 64
)

// onHeap is the program of the worker that uses Go's own memory. The parties are
// goroutines of it.
type onHeap struct {
	goMap
	last []uint64
	box  *[boxes]heapBox
	n    atomic.Uint64 // that the maker has made, and 1, when it is done
}

// boxes is how many blocks can be on their way from one party to the other.
const boxes = 256

// heapBox is where a block waits for the other party.
type heapBox struct {
	block atomic.Pointer[crossing]
	_     [56]byte
}

// crossing is a block of the case in which blocks cross: 64 bytes.
type crossing [8]uint64

func (h *onHeap) ready(j *job) error {
	if j.kind == kindCross {
		h.box = new([boxes]heapBox)
		h.n.Store(0)
	}
	if j.kind == kindGet || j.kind == kindSet {
		return h.goMap.ready(j)
	}
	return nil
}

func (h *onHeap) runAll(j *job, begin uint64) (string, error) { return runTogether(h, j, begin) }

func (h *onHeap) run(j *job) error {
	switch j.kind {
	case kindPair:
		return h.pairs(j)
	case kindCreate, kindFill:
		return h.segments(j)
	case kindCross:
		if j.index == 0 {
			return h.make(j)
		}
		return h.take(j)
	case kindBusy:
		j.busy()
		return nil
	}
	return h.goMap.run(j)
}

// pairs makes blocks, and drops each when window more were made.
func (h *onHeap) pairs(j *job) error {
	live, words := new([window][]uint64), j.words()
	for i := uint64(0); ; i++ {
		if i > 0 && i%batch == 0 && j.over() {
			j.ops = i
			break
		}
		if err := j.verify(live[i%window], i); err != nil {
			return err
		}
		b := make([]uint64, words)
		b[0], b[words-1] = number(j.index, i), number(j.index, i)
		live[i%window] = b
	}
	return j.drain(func(i uint64) error { return j.verify(live[i%window], i+window) })
}

// verify looks at the block that was made window operations before i, if one was.
func (j *job) verify(b []uint64, i uint64) error {
	if i < window {
		return nil
	}
	want := number(j.index, i-window)
	if first, last := b[0], b[len(b)-1]; first != want || last != want {
		return wrong(max(first, last), want)
	}
	j.sum += b[0]
	return nil
}

// drain calls f with the operations whose blocks are still alive.
func (j *job) drain(f func(i uint64) error) error {
	for i := j.ops - min(j.ops, window); i < j.ops; i++ {
		if err := f(i); err != nil {
			return err
		}
	}
	return nil
}

// segments makes large blocks, one after the other.
func (h *onHeap) segments(j *job) error {
	words := j.words()
	for i := uint64(0); i == 0 || !j.over(); i++ {
		b := make([]uint64, words)
		if err := j.useSegment(b, i); err != nil {
			return err
		}
		h.last = b // or it would not be memory at all
	}
	return nil
}

// useSegment writes one word of a segment, or all, and reads what it wrote.
func (j *job) useSegment(b []uint64, i uint64) error {
	id := number(j.index, i)
	if j.kind == kindFill {
		for k := range b {
			b[k] = id
		}
	} else {
		b[0] = id
	}
	const page = 512 // words
	for k := 0; k < len(b) && (k == 0 || j.kind == kindFill); k += page {
		if b[k] != id {
			return wrong(b[k], id)
		}
	}
	j.sum += b[0]
	j.ops++
	return nil
}

// make makes blocks and puts each into the next box.
func (h *onHeap) make(j *job) error {
	for i := uint64(0); ; i++ {
		if i > 0 && i%batch == 0 && j.over() {
			j.ops = i
			h.n.Store(i + 1)
			return nil
		}
		b := new(crossing)
		b[0], b[len(b)-1] = number(0, i), number(0, i)
		box := &h.box[i%boxes]
		for turn := 0; box.block.Load() != nil; turn++ {
			if j.alone(turn) {
				return errAlone
			}
			runtime.Gosched()
		}
		box.block.Store(b)
	}
}

// take drops what the other party has made.
func (h *onHeap) take(j *job) error {
	for i := uint64(0); ; i++ {
		box := &h.box[i%boxes]
		b := box.block.Load()
		for turn := 0; b == nil; turn++ {
			if h.n.Load() == i+1 {
				j.ops = i
				return nil
			}
			if j.alone(turn) {
				return errAlone
			}
			runtime.Gosched()
			b = box.block.Load()
		}
		if first, last := b[0], b[len(b)-1]; first != number(0, i) || last != first {
			return fmt.Errorf("crossing: %w", wrong(max(first, last), number(0, i)))
		}
		j.sum += b[0]
		box.block.Store(nil)
	}
}
