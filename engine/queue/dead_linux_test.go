package queue

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/shmarena"
)

// victims are what a process of the stage does until it is killed.
var victims = map[string]func(c *reexec.Child, a *shmarena.Arena){
	// It sits in a place.
	"sits": func(c *reexec.Child, a *shmarena.Arena) { mustDo(c, sender(a).end.takePlaceNow()) },
	// It has the lock.
	"locks": func(c *reexec.Child, a *shmarena.Arena) {
		s := sender(a)
		mustDo(c, s.end.takePlaceNow())
		mustDo(c, s.end.lock(context.Background()))
	},
	// It is the last receiver, and has begun to end the queue.
	"ends": func(c *reexec.Child, a *shmarena.Arena) {
		r := receiver(a)
		mustDo(c, r.end.takePlaceNow())
		mustDo(c, r.end.lock(context.Background()))
		r.end.place.owner.CompareAndSwap(uint32(r.end.self.ID()), 0)
		r.end.ctl.ended.Store(1)
	},
	// It holds an item.
	"holds": func(c *reexec.Child, a *shmarena.Arena) {
		r := receiver(a)
		mustDo(c, r.end.takePlaceNow())
		mustDo(c, r.TryGet(new(int64)))
	},
}

func mustDo(c *reexec.Child, err error) {
	if err != nil {
		c.Fatalf("%v", err)
	}
}

var victim = reexec.Register("victim", func(c *reexec.Child) {
	a, err := shmarena.FromFD(c.File(0).Fd())
	mustDo(c, err)
	victims[c.Args[0]](c, a)
	c.Say("there")
	c.Hear()
})

// kills has a process do something in the stage's queue, and kills it there. It is dead to everybody then.
func (g *stage) kills(t *testing.T, what string) *reexec.Proc {
	t.Helper()
	p := reexec.Start(t, victim, reexec.Options{Args: []string{what}, Files: []*os.File{g.arena.File()}})
	p.Expect("there")
	p.Kill()
	return p
}

// TestPlaceOfTheDead: whoever died is counted once, and its place is another's.
func TestPlaceOfTheDead(t *testing.T) {
	g := newStage(t)
	check(t, g.begin(true, true))
	p := g.kills(t, "sits")
	s := &g.r.end.ctl.sides[sending]
	for range 3 {
		if n := g.r.end.bury(); n != 2 || taken(s) != 1 || s.lost.Load() != 1 || int(s.lostPID.Load()) != p.PID() {
			t.Errorf("%d live, %d places are taken; %d died, the last in process %d, want %d", n, taken(s), s.lost.Load(), s.lostPID.Load(), p.PID())
		}
	}
	check(t, errors.Join(g.s.end.goAway(false), g.r.end.goAway(false)))
}

// TestLockOfTheDead: who finds that the lock's owner died in it goes on, and so does everybody after it.
func TestLockOfTheDead(t *testing.T) {
	g := newStage(t)
	check(t, g.begin(true, true))
	g.kills(t, "locks")
	ctx, cancel := soon()
	defer cancel()
	for i := range 3 {
		if err := g.s.end.lock(ctx); err != nil {
			t.Fatalf("lock %d: %v", i, err)
		}
		g.s.end.unlock()
	}
	check(t, g.passes())
	check(t, errors.Join(g.s.end.goAway(false), g.r.end.goAway(false)))
}

// TestEndOfTheDead: the last receiver dies in the middle of ending the queue. Who finds out ends it.
func TestEndOfTheDead(t *testing.T) {
	g := newStage(t)
	check(t, g.begin(true, false))
	g.kills(t, "ends")
	ctx, cancel := soon()
	defer cancel()
	err := error(nil)
	for range g.s.Cap() + 1 {
		if err = g.s.Put(ctx, 1); err != nil {
			break
		}
	}
	if err != ErrClosed {
		t.Errorf("Put = %v", err)
	}
	if err := g.s.TryPut(1); err != ErrClosed {
		t.Errorf("TryPut then = %v", err)
	}
	check(t, g.s.end.goAway(false))
}

// TestJoinRepairs: Join gives back what the dead held, so that a receiver that only tries gets it at once.
func TestJoinRepairs(t *testing.T) {
	g := newStage(t)
	check(t, g.begin(true, true))
	check(t, g.s.TryPut(7))
	g.kills(t, "holds")
	var v int64
	if err := g.r.TryGet(&v); err != ErrEmpty {
		t.Errorf("TryGet before = %d, %v", v, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.s.Join(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("Join = %v", err)
	}
	if err := g.r.TryGet(&v); err != nil || v != 7 {
		t.Errorf("TryGet = %d, %v", v, err)
	}
	check(t, errors.Join(g.r.Done(), g.s.Join(ended), g.s.end.goAway(false), g.r.end.goAway(false)))
}

// mourner is a member whose lot the test nudges, and which counts how often it asks about others.
type mourner struct {
	futex.Member
	lot   futex.Lot
	asked atomic.Int64
	often func() // it has asked over and over
}

func (m *mourner) Alive(id futex.ID) bool {
	if m.asked.Add(1) == 1000 {
		m.often()
	}
	return m.Member.Alive(id)
}

func (m *mourner) Park(w *atomic.Uint32) *futex.Place { return m.lot.Park(w) }

func (m *mourner) Unpark(p *futex.Place) { m.lot.Unpark(p) }

// nobodyDies has the sender's places nudged by nobody but the test: the first of a real member is nudged when its
// supervisor has begun.
func (g *stage) nobodyDies(t *testing.T) *mourner {
	m := &mourner{Member: g.s.end.self, often: func() {}}
	g.s.end.self = m
	t.Cleanup(func() { g.s.end.self = m.Member })
	return m
}

// TestJoinSleepsAfterADeath: Join looks again when somebody has died, and sleeps on.
func TestJoinSleepsAfterADeath(t *testing.T) {
	g := newStage(t)
	check(t, g.begin(true, true))
	check(t, g.s.TryPut(1))
	ctx, cancel := soon()
	defer cancel()
	m := g.nobodyDies(t)
	m.often = cancel
	m.lot.Nudge() // somebody died before
	joined := make(chan error, 1)
	go func() { joined <- g.s.Join(ctx) }()
	for range 3 {
		untilAsleep(ctx, &g.s.end.ctl.done)
		before := m.asked.Load()
		m.lot.Nudge()
		for m.asked.Load() == before && ctx.Err() == nil {
			time.Sleep(100 * time.Microsecond)
		}
	}
	untilAsleep(ctx, &g.s.end.ctl.done)
	if ctx.Err() != nil {
		t.Errorf("it looks over and over: it has asked %d times", m.asked.Load())
	}
	check(t, g.r.TryGet(new(int64)))
	check(t, g.r.Done())
	check(t, unless(<-joined, ctx.Err()))
	check(t, errors.Join(g.s.end.goAway(false), g.r.end.goAway(false)))
}
