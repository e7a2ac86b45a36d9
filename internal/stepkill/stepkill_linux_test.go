package stepkill_test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
	"github.com/shmengine/shmengine/internal/testmem"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// The one that will die, in a lock word.
const victim = 7

// lock makes the owner known by the very store that takes the lock.
func (l *toy) lock(me uint32) {
	for !l.word.CompareAndSwap(0, me) {
	}
}

// lockBroken says who has it a moment after it has it.
func (l *toy) lockBroken() {
	for !l.word.CompareAndSwap(0, 1) {
		runtime.Gosched()
	}
	l.owner.Store(victim)
}

var errNobody = errors.New("held, by nobody known")

// survive takes the lock from whoever died in it, if it can be known.
func (l *toy) survive(broken bool) error {
	owner := l.word.Load()
	if broken && owner != 0 {
		owner = l.owner.Load()
		if owner == 0 {
			return errNobody
		}
	}
	if owner != 0 && owner != victim {
		return fmt.Errorf("owner %d", owner)
	}
	return nil
}

var rightLocker = reexec.Register("right", func(c *reexec.Child) {
	l := toyIn(testmem.Map(c, c.File(0), 64))
	stepkill.Region(c, func() { l.lock(victim) })
})

var brokenLocker = reexec.Register("broken", func(c *reexec.Child) {
	l := toyIn(testmem.Map(c, c.File(0), 64))
	stepkill.Region(c, func() { l.lockBroken() })
})

func TestRightLockPasses(t *testing.T) {
	mem, f := testmem.Shared(t, 64)
	taken, ended := 0, 0
	n := stepkill.Run(t, stepkill.Config{
		Child: rightLocker, Files: []*os.File{f},
		Prepare: func() { clear(mem) },
		Verify: func(p stepkill.Point) error {
			if toyIn(mem).word.Load() != 0 {
				taken++
			}
			if p.End {
				ended++
			}
			return toyIn(mem).survive(false)
		},
	})
	t.Logf("%d kills, %d of them with the lock held", n, taken)
	if n < 10 || taken == 0 || taken == n || ended != 1 {
		t.Errorf("%d kills, %d with the lock held, %d at the end", n, taken, ended)
	}
}

func TestBrokenLockIsCaught(t *testing.T) {
	mem, f := testmem.Shared(t, 64)
	rec := &recorder{T: t}
	stepkill.Run(rec, stepkill.Config{
		Child: brokenLocker, Files: []*os.File{f},
		Prepare: func() { clear(mem) },
		Verify:  func(stepkill.Point) error { return toyIn(mem).survive(true) },
	})
	for _, want := range []string{errNobody.Error(), "stepkill_linux_test.go:", "lockBroken"} {
		if !strings.Contains(rec.failure, want) {
			t.Errorf("the failure does not tell %q:\n%s", want, rec.failure)
		}
	}
	t.Log(rec.failure)
}

// recorder is a test that may fail.
type recorder struct {
	*testing.T
	failure string
}

type fatal struct{}

func (r *recorder) Errorf(format string, args ...any) { r.failure += fmt.Sprintf(format, args...) }

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	panic(fatal{})
}

func (r *recorder) run(test func()) {
	defer func() {
		if v := recover(); v != nil && v != any(fatal{}) {
			panic(v)
		}
	}()
	test()
}
