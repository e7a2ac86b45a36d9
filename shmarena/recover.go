package shmarena

import (
	"errors"

	"github.com/shmengine/shmengine/futex"
)

// sweep finishes what a dead member left in the heap. Taking the mutex first
// completes its last change; after that it can only be the owner of runs in
// COMMITTING, which nobody will ever know of, and in PUNCHING, which were to be
// free. Both are claimed and given back. It may run at the same time in several
// processes, and may be cut short and repeated: each run is claimed by one, and
// the claim names the claimer, so its death is swept in turn.
func (h *heap) sweep(dead futex.ID) error {
	if err := h.lock(); err != nil {
		return err
	}
	h.unlock()
	var errs []error
	for i := range uint64(len(h.spans)) {
		c := h.ctrlOf(i)
		if c.owner() == dead && c.inWork() && h.claim(i, c) {
			if err := h.giveBack(i, c.state() == statePunching); !errors.Is(err, ErrHeld) {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}
