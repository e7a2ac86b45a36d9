package engine

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/shmengine/shmengine/shmarena"
)

// damage is why the data arena cannot be used any more: a worker that crashed has
// written over its tables.
type damage struct{ err atomic.Pointer[error] }

func (d *damage) get() error {
	if p := d.err.Load(); p != nil {
		return *p
	}
	return nil
}

// verify looks, after a crash below Go, whether the arena's tables are whole. If they
// are not, nothing is run over them any more. Other errors say nothing about them.
func (e *Engine) verify() error {
	err := e.arena.Verify()
	if !errors.Is(err, shmarena.ErrCorrupt) {
		if err != nil {
			e.cfg.Logger.Error("verify the data arena after a crash", "error", err)
		}
		return nil
	}
	return e.damaged(err)
}

// damaged has nothing run any more.
func (e *Engine) damaged(err error) error {
	err = fmt.Errorf("engine: a worker that crashed has damaged shared memory: %w", err)
	if e.damage.err.CompareAndSwap(nil, &err) {
		e.cfg.Logger.Error("the data arena is damaged", "error", err)
		e.tasks.fail(err)
	}
	return e.damage.get()
}
