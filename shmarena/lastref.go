package shmarena

import (
	"errors"
	"fmt"
	"runtime"
	"time"
)

// The tries of freeLast: most meetings are over in a microsecond.
const (
	freeTries = 1000
	freeSpins = 100 // of them without a pause
	freePause = time.Millisecond
)

// freeLast frees a block without references. A new reference may come meanwhile:
// then whoever has that is the last. And somebody who frees the block may have
// claimed it and be about to find a hold that is gone by now: then he takes the
// claim back, and nobody but this one is left to free it.
func (hs *holds) freeLast(b blockID) error {
	for try := range freeTries {
		done, err := hs.tryLast(b)
		if done || err != nil {
			return err
		}
		if try < freeSpins {
			runtime.Gosched()
		} else {
			time.Sleep(freePause)
		}
	}
	return fmt.Errorf("somebody else is freeing it: %w", ErrBusy)
}

// tryLast is one try. Without an error, done says that it is not this one's any more.
func (hs *holds) tryLast(b blockID) (done bool, err error) {
	err = hs.heap.freeID(b)
	switch {
	case errors.Is(err, ErrHeld) && hs.count(b, refs) > 0:
		return true, nil
	case errors.Is(err, ErrHeld) && !hs.any(b.off, b.gen, keepers):
		return false, nil // what held it has just gone
	case !errors.Is(err, ErrBadFree):
		return err == nil, err
	}
	return hs.gone(b)
}

// gone reports whether a block that was not to be freed is none any more, or is not
// this one's to free. A block of which somebody scribbled on the entry is none. A
// large block that somebody else has claimed may come back (heap.decide); if he
// is dead, that is decided here.
func (hs *holds) gone(b blockID) (bool, error) {
	first, ok := hs.heap.index(b.off)
	if !ok || hs.heap.is(b) {
		return !hs.heap.is(b), nil
	}
	c := hs.heap.ctrlOf(first)
	switch {
	case c.gen() != b.gen, c.state() != stateFreeing && c.state() != statePunching:
		return true, nil // freed
	case hs.leaving && c.owner() == hs.self.ID():
		return true, nil // a Free of ours that failed: the tables are not what they must be
	case !hs.self.Alive(c.owner()):
		return false, hs.heap.sweep(c.owner())
	}
	return false, nil
}
