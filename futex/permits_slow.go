package futex

import (
	"context"

	"github.com/shmengine/shmengine/internal/spin"
)

const (
	bellWaiters = 1 << 0 // W
	bellStep    = 1 << 1 // one ring
)

// acquireSlow looks through all permits, spins, then sleeps.
func (p *Permits) acquireSlow(ctx context.Context, mb Member) (Permit, error) {
	if got, ok := p.find(mb); ok {
		return got, nil
	}
	if ctx.Err() == nil {
		if got, ok := p.spinFind(mb); ok {
			return got, nil
		}
	}
	place := mb.Park(&p.head.bell)
	defer mb.Unpark(place)
	for {
		place.Look()
		bell := p.arm()
		if got, ok := p.find(mb); ok {
			at(pointTaken)
			p.callNext()
			return got, nil
		}
		at(pointHanging)
		if err := place.WaitInLine(ctx, bell); err != nil {
			return Permit{}, err
		}
		at(pointWoken)
	}
}

// spinFind looks for a permit that becomes free, one word a step, while it would
// be too early to sleep.
func (p *Permits) spinFind(mb Member) (Permit, bool) {
	var s spin.Spinner
	id := uint32(mb.ID())
	for i := p.start(mb); s.Next(); i = p.after(i) {
		if p.words[i].Load() == 0 && p.words[i].CompareAndSwap(0, id) {
			return Permit{Index: i}, true
		}
	}
	return Permit{}, false
}

// arm makes sure that W is set and returns the bell to sleep on. It comes before
// the look at the words: what is freed from now on rings the bell.
func (p *Permits) arm() uint32 {
	for {
		v := p.head.bell.Load()
		if v&bellWaiters != 0 {
			return v
		}
		if p.head.bell.CompareAndSwap(v, v|bellWaiters) {
			return v | bellWaiters
		}
	}
}

// ring wakes one sleeper, unless somebody else has just done so.
func (p *Permits) ring() {
	for {
		v := p.head.bell.Load()
		if v&bellWaiters == 0 {
			return
		}
		if p.head.bell.CompareAndSwap(v, v&^bellWaiters+bellStep) {
			at(pointReleased)
			_, _ = Wake(&p.head.bell, 1)
			return
		}
	}
}

// callNext wakes one more if a permit is free still. Several that were freed may
// have rung once: the first ring cleared W. Whoever was woken by it has set W
// again before it looked, so what is freed after that rings by itself, and what
// was freed before is seen here.
func (p *Permits) callNext() {
	for i := range p.words {
		if p.words[i].Load() == 0 {
			_, _ = Wake(&p.head.bell, 1)
			return
		}
	}
}

// find takes a permit that is free or, if none is, one whose member is dead.
func (p *Permits) find(mb Member) (Permit, bool) {
	id, i := uint32(mb.ID()), p.start(mb)
	for range p.words {
		if p.words[i].Load() == 0 && p.words[i].CompareAndSwap(0, id) {
			return Permit{Index: i}, true
		}
		i = p.after(i)
	}
	return p.findDead(mb)
}

// findDead takes a permit whose member is dead, or that has become free.
func (p *Permits) findDead(mb Member) (Permit, bool) {
	var asked census
	for i := range p.words {
		for {
			v := p.words[i].Load()
			if asked.alive(mb, v) {
				break
			}
			if p.words[i].CompareAndSwap(v, uint32(mb.ID())) {
				return Permit{Index: i, From: ID(v)}, true
			}
		}
	}
	return Permit{}, false
}

// start is where mb begins to look: members begin far from each other, and where
// they freed one last.
func (p *Permits) start(mb Member) int {
	if i := int(p.hint.Load()) - 1; uint(i) < uint(len(p.words)) {
		return i
	}
	spread := mb.ID().Slot() * 0x9E3779B1 // the golden ratio: neighbours go far apart
	return int(uint64(spread) * uint64(len(p.words)) >> 32)
}

func (p *Permits) after(i int) int {
	if i++; i < len(p.words) {
		return i
	}
	return 0
}

// census remembers for one look who was alive, so that each member is asked about
// once and not for each of its permits. It begins after Place.Look: whoever dies
// later is another look's business.
type census struct{ living [MaxSlot + 1]ID }

// alive reports whether a word names a living member. What no member can have
// written names nobody, and so does 0.
func (c *census) alive(mb Member, v uint32) bool {
	id := ID(v)
	if v == 0 || v&^idMask != 0 || id.Slot() > MaxSlot {
		return false
	}
	if c.living[id.Slot()] != id {
		if !mb.Alive(id) {
			return false
		}
		c.living[id.Slot()] = id
	}
	return true
}
