package alloc

import (
	"context"
	"errors"

	"github.com/shmengine/shmengine/shmarena"
)

// nameMap is the map in the arena that blocks are taken from.
const nameMap = "map"

// arenaMap is the map of ours as a worker has it.
type arenaMap struct {
	m     shmarena.Map[uint64, uint64]
	stale bool // it was set since it was filled
}

// ready finds the map; the first party makes it, and fills it again after a set.
func (g *arenaMap) ready(a *shmarena.Arena, j *job) (err error) {
	fresh := g.m != shmarena.Map[uint64, uint64]{} && !g.stale
	g.stale = j.kind == kindSet
	switch {
	case fresh:
		return nil
	case j.index > 0:
		g.m, err = shmarena.LookupMap[uint64, uint64](a, nameMap)
		return err
	case g.m == shmarena.Map[uint64, uint64]{}:
		if g.m, err = shmarena.NewMap[uint64, uint64](a, mapKeys); err != nil {
			return err
		}
		if err := a.Publish(nameMap, g.m); err != nil {
			return err
		}
	}
	for k := range uint64(mapKeys) {
		if err := g.m.Set(context.Background(), k, valueOf(k, 0)); err != nil {
			return err
		}
	}
	return nil
}

func (g *arenaMap) gets(j *job) error {
	share := keysOf(j.index)
	for i := uint64(0); i == 0 || i%batch != 0 || !j.over(); i++ {
		k := share.at(i)
		v, ok, err := g.m.Get(k)
		if !ok {
			return errors.Join(err, missing(k))
		}
		j.sum += v
		j.ops++
	}
	return nil
}

func (g *arenaMap) sets(j *job) error {
	n, share, ctx := uint64(1), keysOf(j.index), context.Background()
	for i := uint64(0); i == 0 || i%batch != 0 || !j.over(); i++ {
		k := share.at(i)
		if err := g.m.Set(ctx, k, valueOf(k, n)); err != nil {
			return err
		}
		j.ops++
		if j.ops == n*share.share {
			n++
		}
	}
	j.end = j.clock.Now()
	return j.readBack(func(k uint64) (uint64, bool) {
		v, ok, err := g.m.Get(k)
		return v, ok && err == nil
	})
}
