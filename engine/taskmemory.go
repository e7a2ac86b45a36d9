package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shmengine/shmengine/shmarena"
)

// Pauses between looks whether the arena has room again.
const (
	roomFirst = 100 * time.Microsecond
	roomLast  = 5 * time.Millisecond
)

// alloc makes a block in the data arena, and waits until ctx ends while that is full:
// whatever frees memory there, another process perhaps, need not know of us.
func (t *tasks) alloc(ctx context.Context, n int) (shmarena.Array[byte], error) {
	if n > maxTaskBytes {
		return shmarena.Array[byte]{}, fmt.Errorf("%w: %d bytes for one task, at most %d", shmarena.ErrNoSpace, n, maxTaskBytes)
	}
	for pause := roomFirst; ; pause = min(2*pause, roomLast) {
		x, err := shmarena.Alloc[byte](t.e.arena, n)
		if err == nil || !errors.Is(err, shmarena.ErrNoSpace) || int64(n) > t.e.arena.Cap() {
			return x, err
		}
		t.sweep() // what has ended holds memory
		select {
		case <-ctx.Done():
			return x, fmt.Errorf("%w, waiting for room: %w", ctx.Err(), err)
		case <-t.stop:
			return x, ErrClosed
		case <-time.After(pause):
		}
	}
}

// memory is where the arguments of an offer go; its blocks are allocated.
func (t *tasks) memory(ctx context.Context, s *cellState, o *offer) (dst []byte, err error) {
	c := &t.board.cells[o.cell]
	room := inlineSize
	if o.args > inlineArgs {
		if s.args, err = t.alloc(ctx, o.args); err != nil {
			return nil, err
		}
		c.argBlock, dst = s.args, s.args.Slice()
	} else {
		dst = c.inline[:o.args]
		room -= o.args
	}
	if o.room <= room {
		return dst, nil
	}
	if o.guessed { // without this block the worker asks for one, if it needs one
		if s.results, err = shmarena.Alloc[byte](t.e.arena, o.room); err != nil {
			s.results, o.room = shmarena.Array[byte]{}, o.count*recordHead
		}
	}
	if o.room > room && s.results.IsZero() {
		if s.results, err = t.alloc(ctx, o.room); err != nil {
			return nil, err
		}
	}
	c.resBlock = s.results
	return dst, nil
}
