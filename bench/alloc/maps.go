package alloc

import (
	"fmt"
	"sync"
)

// The loops of the maps are written out for each, so that there is a plain call in
// each operation and nothing else. What a set has left is read back behind the window.

// missing is what a worker says of a key that a map has not.
func missing(key uint64) error { return fmt.Errorf("the map has no key %d", key) }

// goMap is the program of a map with a RWMutex, as Go programs write it.
type goMap struct {
	mu    sync.RWMutex
	m     map[uint64]uint64
	stale bool // it was set since it was filled
}

func (g *goMap) ready(j *job) error {
	fresh := g.m != nil && !g.stale
	g.stale = j.kind == kindSet
	if fresh {
		return nil
	}
	g.m = make(map[uint64]uint64, mapKeys)
	for k := range uint64(mapKeys) {
		g.m[k] = valueOf(k, 0)
	}
	return nil
}

func (g *goMap) run(j *job) error {
	if j.kind == kindGet {
		return g.gets(j)
	}
	return g.sets(j)
}

func (g *goMap) gets(j *job) error {
	share := keysOf(j.index)
	for i := uint64(0); i == 0 || i%batch != 0 || !j.over(); i++ {
		k := share.at(i)
		g.mu.RLock()
		v, ok := g.m[k]
		g.mu.RUnlock()
		if !ok {
			return missing(k)
		}
		j.sum += v
		j.ops++
	}
	return nil
}

func (g *goMap) sets(j *job) error {
	n, share := uint64(1), keysOf(j.index)
	for i := uint64(0); i == 0 || i%batch != 0 || !j.over(); i++ {
		k := share.at(i)
		g.mu.Lock()
		g.m[k] = valueOf(k, n)
		g.mu.Unlock()
		j.ops++
		if j.ops == n*share.share {
			n++
		}
	}
	j.end = j.clock.Now()
	return j.readBack(func(k uint64) (uint64, bool) {
		g.mu.RLock() // the other party may be a moment behind
		defer g.mu.RUnlock()
		v, ok := g.m[k]
		return v, ok
	})
}

// readBack adds up what a map has of this party's keys, behind the window.
func (j *job) readBack(get func(k uint64) (uint64, bool)) error {
	share := keysOf(j.index)
	for i := range share.share {
		k := share.at(i)
		v, ok := get(k)
		if !ok {
			return missing(k)
		}
		j.sum += v
	}
	return nil
}

// syncMap is the program of sync.Map.
type syncMap struct {
	m     *sync.Map
	stale bool // it was set since it was filled
}

func (s *syncMap) ready(j *job) error {
	fresh := s.m != nil && !s.stale
	s.stale = j.kind == kindSet
	if fresh {
		return nil
	}
	s.m = new(sync.Map)
	for k := range uint64(mapKeys) {
		s.m.Store(k, valueOf(k, 0))
	}
	return nil
}

func (s *syncMap) runAll(j *job, begin uint64) (string, error) { return runTogether(s, j, begin) }

func (s *syncMap) run(j *job) error {
	if j.kind == kindGet {
		return s.gets(j)
	}
	return s.sets(j)
}

func (s *syncMap) gets(j *job) error {
	share := keysOf(j.index)
	for i := uint64(0); i == 0 || i%batch != 0 || !j.over(); i++ {
		k := share.at(i)
		v, ok := s.m.Load(k)
		if !ok {
			return missing(k)
		}
		j.sum += v.(uint64)
		j.ops++
	}
	return nil
}

func (s *syncMap) sets(j *job) error {
	n, share := uint64(1), keysOf(j.index)
	for i := uint64(0); i == 0 || i%batch != 0 || !j.over(); i++ {
		k := share.at(i)
		s.m.Store(k, valueOf(k, n))
		j.ops++
		if j.ops == n*share.share {
			n++
		}
	}
	j.end = j.clock.Now()
	return j.readBack(func(k uint64) (uint64, bool) {
		v, ok := s.m.Load(k)
		n, _ := v.(uint64)
		return n, ok
	})
}
