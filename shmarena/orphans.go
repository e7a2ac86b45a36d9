package shmarena

import (
	"errors"
	"fmt"

	"github.com/shmengine/shmengine/futex"
)

// Orphans are blocks whose allocating process is dead. They are not garbage by
// themselves: blocks outlive their processes, and another process may hold the
// Array. Blocks that are published by name are nobody's orphans.
type Orphans struct {
	Blocks int
	Bytes  int64 // as they were asked for
}

// Orphans counts the blocks that dead processes have left.
func (a *Arena) Orphans() (Orphans, error) { return a.orphans(false) }

// FreeOrphans frees them. Only the program as a whole knows that this is
// right: that no living process still uses an array that a dead one made.
func (a *Arena) FreeOrphans() (Orphans, error) { return a.orphans(true) }

func (a *Arena) orphans(free bool) (Orphans, error) {
	at, err := a.enterWrite()
	if err != nil {
		return Orphans{}, err
	}
	defer at.leave()
	named, err := at.names.blocks(at.heap)
	if err != nil {
		return Orphans{}, fmt.Errorf("shmarena: %s: orphans: %w", a, err)
	}
	found, err := at.heap.orphans(named, free)
	if err != nil {
		return found, fmt.Errorf("shmarena: %s: orphans: %w", a, err)
	}
	return found, nil
}

// blocks is the set of the first spans of published blocks.
func (d *directory) blocks(h *heap) (map[uint64]bool, error) {
	if err := d.lock(); err != nil {
		return nil, err
	}
	defer d.unlock()
	named := map[uint64]bool{}
	for i := range d.entries {
		e := &d.entries[i]
		if p := e.read(); e.state.Load() != entryEmpty && h.live(p) {
			named[(p.off-h.blocks)>>spanShift] = true
		}
	}
	return named, nil
}

// orphans looks at every span: only the first one of a block can be LARGE.
func (h *heap) orphans(named map[uint64]bool, free bool) (Orphans, error) {
	var found Orphans
	var errs []error
	alive := map[futex.ID]bool{}
	for i := range uint64(len(h.spans)) {
		c := h.ctrlOf(i)
		if c.state() != stateLarge || named[i] {
			continue
		}
		if _, asked := alive[c.owner()]; !asked {
			alive[c.owner()] = h.self.Alive(c.owner())
		}
		if alive[c.owner()] {
			continue
		}
		bytes := int64(h.extOf(i).bytes())
		if free {
			err := h.free(i, c.gen())
			if errors.Is(err, ErrHeld) {
				continue
			}
			if err != nil {
				errs = append(errs, err)
				continue
			}
		}
		found.Blocks++
		found.Bytes += bytes
	}
	return found, errors.Join(errs...)
}
