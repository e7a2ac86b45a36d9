package queue

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
	"github.com/shmengine/shmengine/internal/testmem"
	"github.com/shmengine/shmengine/shmarena"
)

// stage is an arena without a name in which one queue after the other begins and ends, so that its
// memory can be watched while processes are killed in it.
type stage struct {
	arena *shmarena.Arena
	opt   Options
	s     *Sender[int64] // of the test's process
	r     *Receiver[int64]
}

const stageSize = 512 << 10

var stageText = "value int64\n"

func newStage(t *testing.T) *stage {
	a, err := shmarena.Create(shmarena.Options{Size: stageSize, MaxMembers: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return &stage{arena: a, opt: Options{Capacity: 4}}
}

// sender is one that has not entered yet.
func sender(a *shmarena.Arena) *Sender[int64] {
	s := &Sender[int64]{}
	s.prepare("stage", stageText)
	s.end.arena, s.end.self = a, a.Member()
	return s
}

func receiver(a *shmarena.Arena) *Receiver[int64] {
	r := &Receiver[int64]{}
	r.prepare("stage", stageText)
	r.end.arena, r.end.self = a, a.Member()
	return r
}

func soon() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 5*time.Minute)
}

// begin has the test's process enter, as the scene wants.
func (g *stage) begin(withSender, withReceiver bool) error {
	ctx, cancel := soon()
	defer cancel()
	g.s, g.r = nil, nil
	if withReceiver {
		g.r = receiver(g.arena)
		if err := g.r.end.takePlace(ctx, g.opt); err != nil {
			return err
		}
	}
	if withSender {
		g.s = sender(g.arena)
		return g.s.end.takePlace(ctx, g.opt)
	}
	return nil
}

// clear removes the queue, so that the next one begins in the same memory.
func (g *stage) clear() error {
	_, err := g.arena.FreeOrphans()
	return errors.Join(err, remove[control](g.arena, controlName), remove[byte](g.arena, ringName))
}

func remove[T any](a *shmarena.Arena, name string) error {
	x, err := shmarena.Lookup[T](a, name)
	if err != nil {
		return unless(err, os.ErrNotExist)
	}
	return errors.Join(a.Unpublish(name), x.Free())
}

// scene is what is stepped through, and what the test's process is in the queue meanwhile.
type scene struct {
	sender, receiver bool // the test has one
	step             func(c *reexec.Child, a *shmarena.Arena)
	stride           int // of a long one: the long run tries what others try always
}

var scenes = map[string]scene{
	"first":           {false, false, begins, 40_000},
	"sender enters":   {true, true, entersAsSender, 0},
	"receiver enters": {true, true, entersAsReceiver, 0},
	"sender leaves":   {true, true, leavesAsSender, 0},
	"last sender":     {false, true, leavesAsSender, 0},
	"receiver leaves": {true, true, leavesAsReceiver, 0},
	"last receiver":   {true, false, leavesAsReceiver, 0},
	"both":            {false, false, leavesAsSender, 0},
}

func (e *end[T]) takePlaceNow() error { return e.takePlace(context.Background(), Options{Capacity: 4}) }

// ready is as far as takePlace comes in a queue that is there without changing anything.
func (e *end[T]) ready() error {
	ctl, err := controlIn(e.arena)
	if err != nil {
		return err
	}
	x, err := shmarena.Lookup[byte](e.arena, ringName)
	e.ctl = ctl
	return errors.Join(err, e.attach(x, Options{}))
}

// enterReady is the rest of takePlace.
func (e *end[T]) enterReady() error {
	if err := e.lock(context.Background()); err != nil {
		return err
	}
	defer e.unlock()
	e.bury()
	return e.claim(Options{})
}

func inRegion(c *reexec.Child, f func() error) {
	var err error
	stepkill.Region(c, func() { err = f() })
	if err != nil {
		c.Fatalf("%v", err)
	}
}

func begins(c *reexec.Child, a *shmarena.Arena) { inRegion(c, sender(a).end.takePlaceNow) }

func entersAsSender(c *reexec.Child, a *shmarena.Arena) { enters(c, &sender(a).end) }

func entersAsReceiver(c *reexec.Child, a *shmarena.Arena) { enters(c, &receiver(a).end) }

func enters(c *reexec.Child, e *end[int64]) {
	if err := e.ready(); err != nil {
		c.Fatalf("%v", err)
	}
	inRegion(c, e.enterReady)
}

func leavesAsSender(c *reexec.Child, a *shmarena.Arena) {
	s := sender(a)
	if err := s.end.takePlaceNow(); err != nil {
		c.Fatalf("%v", err)
	}
	inRegion(c, func() error { return s.end.goAway(false) })
}

func leavesAsReceiver(c *reexec.Child, a *shmarena.Arena) {
	r := receiver(a)
	if err := r.end.takePlaceNow(); err != nil {
		c.Fatalf("%v", err)
	}
	inRegion(c, func() error { return r.end.goAway(false) })
}

var actor = reexec.Register("actor", func(c *reexec.Child) {
	a, err := shmarena.FromFD(c.File(0).Fd())
	if err != nil {
		c.Fatalf("%v", err)
	}
	scenes[c.Args[0]].step(c, a)
})

// TestKilledAtEachInstruction: whoever is killed while it enters or leaves, at whatever instruction, the
// others go on: they pass items with all the room that there is, learn of the end, and the next
// queue begins. It is after each instruction that a survivor could tell from the one before: by default by the
// bytes of the arena, in the long run by all that is left of it.
func TestKilledAtEachInstruction(t *testing.T) {
	for name, sc := range scenes {
		t.Run(name, func(t *testing.T) {
			g := newStage(t)
			cfg := stepkill.Config{
				Child: actor, Args: []string{name}, Files: []*os.File{g.arena.File()}, Stride: sc.stride,
				Prepare: func() { check(t, g.clear()); check(t, g.begin(sc.sender, sc.receiver)) },
				Verify:  func(at stepkill.Point) error { return g.survive(sc, at) },
			}
			switch every := os.Getenv("SHMENGINE_STRESS") != ""; {
			case every: // what is left out leaves the same as the kill before
				cfg.File, cfg.Stride = g.arena.File(), 1
			case sc.stride == 0:
				st, err := g.arena.File().Stat()
				check(t, err)
				cfg.Watch, cfg.Stride = testmem.Map(t, g.arena.File(), int(st.Size())), 1
			}
			t.Logf("%d kills", stepkill.Run(t, cfg))
			check(t, g.clear())
		})
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
