package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/shmengine/shmengine/ringbuf"
	"github.com/shmengine/shmengine/shmarena"
)

// controlSize is the largest capacity of the control arena; memory is taken as
// jobs need it.
const controlSize = 4 << 30

// A control is the control arena as one process sees it.
type control struct {
	arena *shmarena.Arena
	*controlBlock
}

// controlSuffix is what the name of the control arena has after that of the data arena.
const controlSuffix = ".engine"

// newControl makes the control arena, for workers with a registry of that hash. It has
// a name if the engine has one.
func newControl(workers int, registry uint64, name string) (c control, err error) {
	o := shmarena.Options{Size: controlSize, MaxMembers: 2 * maxWorkers}
	if name != "" {
		o.Name = name + controlSuffix
	}
	c.arena, err = createUpTo(o)
	if err != nil {
		return c, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	block, err := shmarena.Alloc[controlBlock](c.arena, 1)
	if err != nil {
		return c, err
	}
	c.controlBlock = &block.Slice()[0]
	board, err := shmarena.Alloc[taskBoard](c.arena, 1)
	if err != nil {
		return c, err
	}
	c.controlBlock.board = board
	c.drowsy.Store(1) // until somebody listens
	c.magic, c.version, c.controlBlock.registry = controlMagic, controlVersion, registry
	c.workers.Store(uint32(workers))
	c.started, c.controlBlock.member = time.Now().UnixNano(), uint32(c.arena.Member().ID())
	return c, c.arena.Publish(controlName, block)
}

// close closes the arena, and takes its name away: without a coordinator it is of use to nobody.
func (c *control) close() (err error) {
	if name := c.arena.Name(); name != "" {
		if err = shmarena.Unlink(name); errors.Is(err, fs.ErrNotExist) {
			err = nil // somebody was quicker
		}
	}
	return errors.Join(err, c.arena.Close())
}

// openControl finds the block in an arena that a coordinator made.
func openControl(a *shmarena.Arena, worker int) (c control, err error) {
	block, err := shmarena.Lookup[controlBlock](a, controlName)
	if err != nil {
		return c, err
	}
	c = control{a, &block.Slice()[0]}
	switch {
	case c.magic != controlMagic || c.version != controlVersion:
		return c, fmt.Errorf("control block has version %d, this program needs %d", c.version, controlVersion)
	case worker < 0 || worker >= maxWorkers:
		return c, fmt.Errorf("worker %d of %d", worker, maxWorkers)
	}
	return c, nil
}

// tasks is the board.
func (c *control) tasks() *taskBoard { return &c.board.Slice()[0] }

// addRing makes the ring of worker i, if there is none.
func (c *control) addRing(i int) error {
	if !c.controlBlock.ring[i].IsZero() {
		return nil
	}
	size, err := ringbuf.SizeSPSC[descriptor](ringSlots)
	if err != nil {
		return err
	}
	c.controlBlock.ring[i], err = shmarena.Alloc[byte](c.arena, size)
	return err
}

// ring returns the bytes of worker i's ring.
func (c *control) ring(i int) []byte { return c.controlBlock.ring[i].Slice() }

// columnsLayout returns where each changed column of a partition of n rows lies
// in a worker's save area, and the size of the area. The coordinator and the
// workers compute the same.
func columnsLayout(cs []column, n int) (offsets []int, size int) {
	offsets = make([]int, len(cs))
	for i, c := range cs {
		if c.access() == changes {
			offsets[i] = size
			size += (len(c.bytes(0, min(n, c.rows()))) + 63) &^ 63
		}
	}
	return offsets, size
}

// copyColumns saves rows [lo, hi) of the changed columns into area, or restores
// them from it.
func copyColumns(cs []column, offsets []int, area []byte, lo, hi int, restore bool) {
	for i, c := range cs {
		if c.access() != changes {
			continue
		}
		live := c.bytes(lo, hi)
		saved := area[offsets[i]:][:len(live)]
		if restore {
			copy(live, saved)
		} else {
			copy(saved, live)
		}
	}
}
