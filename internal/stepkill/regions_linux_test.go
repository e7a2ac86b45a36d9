package stepkill_test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
	"github.com/shmengine/shmengine/internal/testmem"
)

const rounds = 100

var writer = reexec.Register("writer", func(c *reexec.Child) {
	l := toyIn(testmem.Map(c, c.File(0), 64))
	stepkill.Region(c, func() {
		for i := range rounds {
			l.count.Store(uint32(i + 1))
			sink = burn(10)
		}
	})
})

var sink int

//go:noinline
func burn(n int) (x int) {
	for i := range n {
		x += i
	}
	return x
}

// Watch leaves out most of some thousands of instructions, and no state of the
// memory. That the states come in order shows that each child got exactly to
// its step, most of them by a breakpoint in the loop.
func TestWatchFindsEveryState(t *testing.T) {
	mem, f := testmem.Shared(t, 64)
	var seen []uint32
	n := stepkill.Run(t, stepkill.Config{
		Child: writer, Files: []*os.File{f}, Watch: mem,
		Prepare: func() { clear(mem) },
		Verify: func(stepkill.Point) error {
			seen = append(seen, toyIn(mem).count.Load())
			return nil
		},
	})
	want := []uint32{rounds} // the first child gets to the end
	for i := range rounds + 1 {
		want = append(want, uint32(i))
	}
	if !slices.Equal(seen, want) {
		t.Errorf("%d kills found the states %d", n, seen)
	}
}

func TestStrideAndSkip(t *testing.T) {
	mem, f := testmem.Shared(t, 64)
	cfg := stepkill.Config{
		Child: writer, Files: []*os.File{f}, Watch: mem, Stride: 10,
		Prepare: func() { clear(mem) },
		Verify: func(p stepkill.Point) error {
			if strings.Contains(p.Where, "Region") {
				return errors.New("not left out")
			}
			return nil
		},
	}
	if n := stepkill.Run(t, cfg); n > rounds/10+3 {
		t.Errorf("a stride of 10 killed %d times", n)
	}
	cfg.Skip = []string{"github.com/shmengine/"}
	if n := stepkill.Run(t, cfg); n > 2 {
		t.Errorf("with all skipped %d kills", n)
	}
}

var delegator = reexec.Register("delegator", func(c *reexec.Child) {
	l := toyIn(testmem.Map(c, c.File(0), 64))
	stepkill.Region(c, func() {
		runtime.Gosched()
		done := make(chan uint32)
		go func() { done <- 42 }()
		l.count.Store(<-done)
		time.Sleep(time.Millisecond)
		l.count.Add(1)
	})
})

// A region that needs the child's other threads gets them.
func TestRegionNeedsOtherThreads(t *testing.T) {
	mem, f := testmem.Shared(t, 64)
	ended := false
	stepkill.Run(t, stepkill.Config{
		Child: delegator, Files: []*os.File{f}, Watch: mem, Stride: 5,
		Prepare: func() { clear(mem) },
		Verify: func(p stepkill.Point) error {
			ended = ended || p.End && toyIn(mem).count.Load() == 43
			return nil
		},
	})
	if !ended {
		t.Error("the region never got to its end")
	}
}

var crasher = reexec.Register("crasher", func(c *reexec.Child) {
	stepkill.Region(c, func() { c.Fatalf("failed on purpose") })
})

var absentee = reexec.Register("absentee", func(c *reexec.Child) { c.Say("nothing to step") })

// What goes wrong in a child is told, with its output.
func TestChildGoesWrong(t *testing.T) {
	for child, want := range map[string]string{crasher: "failed on purpose", absentee: "nothing to step"} {
		rec := &recorder{T: t}
		rec.run(func() {
			stepkill.Run(rec, stepkill.Config{Child: child, Verify: func(stepkill.Point) error { return nil }})
		})
		if !strings.Contains(rec.failure, want) {
			t.Errorf("child %s: the failure does not tell %q:\n%s", child, want, rec.failure)
		}
	}
}

var endless = reexec.Register("endless", func(c *reexec.Child) {
	stepkill.Region(c, func() {
		for {
			sink = burn(10)
		}
	})
})

func TestEndlessRegion(t *testing.T) {
	stepkill.SetLifetime(t, 500*time.Millisecond)
	rec := &recorder{T: t}
	rec.run(func() {
		stepkill.Run(rec, stepkill.Config{Child: endless, Verify: func(stepkill.Point) error { return nil }})
	})
	if want := "still ran after 500ms"; !strings.Contains(rec.failure, want) {
		t.Errorf("the failure does not tell %q:\n%s", want, rec.failure)
	}
}

var fickle = reexec.Register("fickle", func(c *reexec.Child) {
	l := toyIn(testmem.Map(c, c.File(0), 64))
	stepkill.Region(c, func() {
		if os.Getpid()%2 == 0 {
			l.count.Store(2)
			return
		}
		for range 5 {
			l.count.Add(1)
		}
	})
})

// A child that goes another way than the first one is verified like any other.
func TestFickleChild(t *testing.T) {
	mem, f := testmem.Shared(t, 64)
	prepared, verified, strayed := 0, 0, 0
	n := stepkill.Run(t, stepkill.Config{
		Child: fickle, Files: []*os.File{f},
		Prepare: func() { prepared++; clear(mem) },
		Verify: func(p stepkill.Point) error {
			verified++
			if p.K < 0 {
				strayed++
			}
			if verified != prepared {
				return fmt.Errorf("%d verified of %d", verified, prepared)
			}
			return nil
		},
	})
	if n != prepared || n != verified {
		t.Errorf("%d kills, %d prepared, %d verified", n, prepared, verified)
	}
	t.Logf("%d kills, %d strayed", n, strayed)
}

var rival = reexec.Register("rival", func(c *reexec.Child) {
	l := toyIn(testmem.Map(c, c.File(0), 64))
	c.Say("running")
	for {
		l.lock(9)
		l.count.Add(1)
		l.word.Store(0)
		runtime.Gosched()
	}
})

// A second process contends for the lock while the first is stepped through it
// and killed: it takes the lock over, as survivors do, and goes on.
func TestRivalGoesOn(t *testing.T) {
	mem, f := testmem.Shared(t, 64)
	p := reexec.Start(t, rival, reexec.Options{Files: []*os.File{f}})
	p.Expect("running")
	l := toyIn(mem)
	stepkill.Run(t, stepkill.Config{
		Child: rightLocker, Files: []*os.File{f}, Skip: []string{"runtime."}, Stride: 5,
		Verify: func(stepkill.Point) error {
			l.word.CompareAndSwap(victim, 0) // it is dead
			was := l.count.Load()
			for end := time.Now().Add(time.Minute); l.count.Load() == was; runtime.Gosched() {
				if time.Now().After(end) {
					return errors.New("the rival is stuck")
				}
			}
			return nil
		},
	})
}

var untraced = reexec.Register("untraced", func(c *reexec.Child) {
	stepkill.Region(c, func() { c.Say("ran") })
})

func TestRegionWithoutRun(t *testing.T) {
	reexec.Start(t, untraced, reexec.Options{}).Expect("ran")
}
