package engine

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/spin"
)

type takesArgs struct {
	Row In[byte]
	For int64 // ns
}

// takes computes for a time.
var takes = NewKernel("test/takes", Idempotent, func(_ *Task, a takesArgs) error {
	for begin := time.Now(); time.Since(begin) < time.Duration(a.For); {
		spin.Pause(1)
	}
	return nil
})

// A short job may end at any moment of its caller's wait: while it still looks,
// when it is about to sleep, when it sleeps. It is never missed.
func TestShortJobsEndAtAnyMoment(t *testing.T) {
	e := start(t, Config{Workers: 1})
	args := takesArgs{Row: InOf(share(t, e, []byte{0}))}
	ctx := deadline(t, 10*time.Minute)
	for range 2000 {
		args.For = rand.Int64N(int64(3 * spin.Window))
		if err := takes.Run(ctx, e, 1, args); err != nil {
			t.Fatal(err)
		}
	}
}
