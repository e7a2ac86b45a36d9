package alloc

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/shmengine/shmengine/engine/process"
	"github.com/shmengine/shmengine/shmarena"
)

// bigBytes is how much memory there is to attach.
const bigBytes = 256 << 20

// Names of what lies in the arenas.
const (
	nameBoxes = "boxes"
	nameBig   = "big"
)

// newHeap makes the arena that workers take blocks from.
func newHeap() (*shmarena.Arena, error) {
	a, err := shmarena.Create(shmarena.Options{Size: 64 << 20})
	if err != nil {
		return nil, err
	}
	x, err := shmarena.Alloc[crossings](a, 1)
	if err == nil {
		err = a.Publish(nameBoxes, x)
	}
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// newBig makes the arena that workers attach: one array, with a number at each end.
func newBig() (*shmarena.Arena, error) {
	a, err := shmarena.Create(shmarena.Options{Size: bigBytes})
	if err != nil {
		return nil, err
	}
	x, err := shmarena.Alloc[uint64](a, bigBytes/8)
	if err == nil {
		x.Slice()[0], x.Slice()[x.Len()-1] = number(0, 0), number(0, 0)
		err = a.Publish(nameBig, x)
	}
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// ours is the program of a worker that uses shmarena. It is a member of the arena
// that blocks are taken from.
type ours struct {
	a    *shmarena.Arena
	box  *crossings
	maps arenaMap
	file *os.File // of the arena to attach, once it was asked for
}

func newOurs() (*ours, error) {
	f, err := process.Inherited(fileFirst, "arena")
	if err != nil {
		return nil, err
	}
	a, err := shmarena.FromFD(f.Fd())
	if err != nil {
		return nil, err
	}
	x, err := shmarena.Lookup[crossings](a, nameBoxes)
	if err != nil {
		return nil, err
	}
	return &ours{a: a, box: &x.Slice()[0]}, nil
}

func (o *ours) ready(j *job) (err error) {
	if j.kind == kindCross && j.index == 0 {
		o.box.made.Store(0)
	}
	switch {
	case j.kind == kindGet || j.kind == kindSet:
		return o.maps.ready(o.a, j)
	case j.kind == kindAttach && o.file == nil:
		o.file, err = process.Inherited(fileSecond, "arena")
	}
	return err
}

func (o *ours) run(j *job) error {
	switch j.kind {
	case kindPair:
		return o.pairs(j)
	case kindCreate, kindFill:
		return o.segments(j)
	case kindAttach:
		return o.attach(j)
	case kindCross:
		if j.index == 0 {
			return o.make(j)
		}
		return o.take(j)
	case kindBusy:
		j.busy()
		return nil
	case kindGet:
		return o.maps.gets(j)
	case kindSet:
		return o.maps.sets(j)
	}
	return fmt.Errorf("ours has no %s", j.kind)
}

// mine is a block as its maker has it.
type mine struct {
	x shmarena.Array[uint64]
	b []uint64
}

// pairs makes blocks, and frees each when window more were made. The slice of a block
// is taken once, as others keep their pointer.
func (o *ours) pairs(j *job) error {
	live, words := new([window]mine), j.words()
	for i := uint64(0); ; i++ {
		if i > 0 && i%batch == 0 && j.over() {
			j.ops = i
			break
		}
		slot := &live[i%window]
		if i >= window {
			if err := j.free(slot, i-window); err != nil {
				return err
			}
		}
		x, err := shmarena.Alloc[uint64](o.a, words)
		if err != nil {
			return err
		}
		b := x.Slice()
		b[0], b[words-1] = number(j.index, i), number(j.index, i)
		slot.x, slot.b = x, b
	}
	return j.drain(func(i uint64) error { return j.free(&live[i%window], i) })
}

// free checks block i of this party and gives it back.
func (j *job) free(m *mine, i uint64) error {
	if err := j.verify(m.b, i+window); err != nil {
		return err
	}
	return m.x.Free()
}

// segments makes arenas, with one array in each, and closes them. They and what is
// attached are looked at by With: a Slice would have Close keep the addresses for good,
// where mmap and Python give them back.
func (o *ours) segments(j *job) error {
	words := 1
	if j.kind == kindFill {
		words = j.words()
	}
	for i := uint64(0); i == 0 || !j.over(); i++ {
		a, err := shmarena.Create(shmarena.Options{Size: int64(j.bytes)})
		if err != nil {
			return err
		}
		x, err := shmarena.Alloc[uint64](a, words)
		if err == nil {
			err = x.With(func(b []uint64) error { return j.useSegment(b, i) })
		}
		if err := errors.Join(err, a.Close()); err != nil {
			return err
		}
	}
	return nil
}

// attach attaches the arena that the command has made, and leaves it.
func (o *ours) attach(j *job) error {
	for j.ops == 0 || !j.over() {
		a, err := shmarena.FromFD(o.file.Fd())
		if err != nil {
			return err
		}
		x, err := shmarena.Lookup[uint64](a, nameBig)
		if err == nil {
			err = x.With(j.bothEnds)
		}
		if err := errors.Join(err, a.Close()); err != nil {
			return err
		}
	}
	return nil
}

// bothEnds looks at the two numbers of what was attached.
func (j *job) bothEnds(b []uint64) error {
	if first, last := b[0], b[len(b)-1]; len(b) != bigBytes/8 || first != number(0, 0) || last != first {
		return wrong(max(first, last), number(0, 0))
	}
	j.sum += b[0]
	j.ops++
	return nil
}

// make makes blocks and puts each into the next box.
func (o *ours) make(j *job) error {
	words := j.words()
	for i := uint64(0); ; i++ {
		if i > 0 && i%batch == 0 && j.over() {
			j.ops = i
			o.box.made.Store(i + 1)
			return nil
		}
		x, err := shmarena.Alloc[uint64](o.a, words)
		if err != nil {
			return err
		}
		b := x.Slice()
		b[0], b[words-1] = number(0, i), number(0, i)
		box := &o.box.box[i%boxes]
		for turn := 0; box.state.Load() != 0; turn++ {
			if j.alone(turn) {
				return errAlone
			}
			runtime.Gosched()
		}
		box.block = x
		box.state.Store(1)
	}
}

// take frees what the other party has made.
func (o *ours) take(j *job) error {
	for i := uint64(0); ; i++ {
		box := &o.box.box[i%boxes]
		for turn := 0; box.state.Load() == 0; turn++ {
			if o.box.made.Load() == i+1 {
				j.ops = i
				return nil
			}
			if j.alone(turn) {
				return errAlone
			}
			runtime.Gosched()
		}
		x := box.block
		box.state.Store(0)
		b := x.Slice()
		if first, last := b[0], b[len(b)-1]; first != number(0, i) || last != first {
			return wrong(max(first, last), number(0, i))
		}
		j.sum += b[0]
		if err := x.Free(); err != nil {
			return err
		}
	}
}
