package chaos

import (
	"context"
	"errors"
	"fmt"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/shmarena"
)

// smallArena has room for an input of one leaf and its output, and not for two outputs.
const smallArena = 1 << 20

// noSpace is a job in an arena that is too small: it fails with ErrNoSpace, and one that
// fits is right before and behind.
func (r *run) noSpace(ctx context.Context) (v verdict, err error) {
	e, err := engine.Start(ctx, engine.Config{Workers: 1, ArenaSize: smallArena, PartitionTimeout: r.Timeout, Retries: attempts})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	return r.tooSmall(ctx, e)
}

func (r *run) tooSmall(ctx context.Context, e *engine.Engine) (verdict, error) {
	b, err := shmarena.Alloc[uint64](e.Arena(), triesFrom)
	if err != nil {
		return "", err
	}
	plain := r.plain[:engine.LeafRows]
	x, err := shmarena.CopyIn(e.Arena(), plain)
	if err != nil {
		return "", err
	}
	o := orders{Board: b, Key: 1} // no plan, no faults
	if v, err := fits(ctx, e, x, plain, o); v != "" || err != nil {
		return v, err
	}
	var filler []shmarena.Array[uint64]
	for err == nil {
		var more shmarena.Array[uint64]
		if more, err = shmarena.Alloc[uint64](e.Arena(), engine.LeafRows); err == nil {
			filler = append(filler, more)
		}
	}
	if !errors.Is(err, shmarena.ErrNoSpace) {
		return verdict(fmt.Sprintf("a full arena: %v, not ErrNoSpace", err)), nil
	}
	if _, err := mapper.Run(ctx, e, x, o); !errors.Is(err, shmarena.ErrNoSpace) {
		return verdict(fmt.Sprintf("a map in a full arena: %v, not ErrNoSpace", err)), nil
	}
	_, err = task.Submit(ctx, e, taskArgs{Board: flatten(b), Text: string(make([]byte, 2*smallArena))})
	if !errors.Is(err, shmarena.ErrNoSpace) {
		return verdict(fmt.Sprintf("arguments larger than the arena: %v, not ErrNoSpace", err)), nil
	}
	r.spaces.Add(3)
	for _, f := range filler {
		if err := f.Free(); err != nil {
			return "", err
		}
	}
	return fits(ctx, e, x, plain, o)
}

// fits runs a map that there is room for.
func fits(ctx context.Context, e *engine.Engine, x shmarena.Array[uint64], plain []uint64, o orders) (verdict, error) {
	out, err := mapper.Run(ctx, e, x, o)
	if err != nil {
		return verdict(fmt.Sprintf("a map that fits: %v", err)), nil
	}
	for i, got := range out.Slice() {
		if want := mapped(plain[i], o.Key); got != want {
			return verdict(fmt.Sprintf("element %d in a small arena is %#x, not %#x", i, got, want)), nil
		}
	}
	return "", out.Free()
}
