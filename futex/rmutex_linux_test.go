package futex_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// rmStepper locks twice, or unlocks twice, in a region that is stepped.
var rmStepper = reexec.Register("rmStepper", func(c *reexec.Child) {
	s := attach(c)
	h := futex.NewHolder(s.join(c))
	lock := func() {
		_ = s.rm().Lock(bg, h)
		_ = s.rm().Lock(bg, h)
	}
	unlock := func() {
		s.rm().Unlock(h)
		s.rm().Unlock(h)
	}
	if c.Args[0] == "Unlock" {
		lock()
		stepkill.Region(c, unlock)
		return
	}
	stepkill.Region(c, lock)
})

// Killed at each instruction of two Lock or two Unlock calls: whoever comes next
// gets the mutex, held once.
func TestKilledInRMutex(t *testing.T) {
	for _, op := range []string{"Lock", "Unlock"} {
		s := newSegment(t)
		h := futex.NewHolder(s.join(t))
		kills := stepkill.Run(t, stepkill.Config{
			Child: rmStepper, Args: []string{op}, Files: s.files(),
			Verify: func(stepkill.Point) error {
				switch err := s.rm().Lock(bg, h); {
				case errors.Is(err, futex.ErrOwnerDied):
					s.rm().MarkConsistent(h)
				case err != nil:
					return err
				}
				if d := s.rm().Depth(h); d != 1 {
					return fmt.Errorf("held %d times, want 1", d)
				}
				s.rm().Unlock(h)
				return nil
			},
		})
		t.Logf("%s: %d kills", op, kills)
	}
}
