package chaos

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/shmengine/shmengine/bench/strike"
)

// strikes kills workers that are at work, spread over the time that there is, each at a
// random instruction. Those that are met between two partitions go on and do not count.
func (r *run) strikes(over context.Context, rep *Report) error {
	if r.Strikes == 0 {
		return nil
	}
	random := rand.New(rand.NewPCG(r.Seed, 0))
	begin := time.Now()
	pause := time.Millisecond
	for rep.Strikes < r.Strikes {
		if at, ok := over.Deadline(); ok {
			pause = at.Sub(begin) / time.Duration(r.Strikes+1)
		}
		// As many as should have been by now, whatever delayed those before.
		due := begin.Add(pause * time.Duration(rep.Strikes))
		wait := max(0, time.Until(due)) + time.Duration(random.IntN(500))*time.Microsecond
		select {
		case <-over.Done():
			return nil
		case <-time.After(wait):
		}
		running := r.engine.Running()
		if len(running) == 0 {
			continue
		}
		killed, err := strike.Kill(running[random.IntN(len(running))], r.engine.Running)
		if err != nil {
			return err
		}
		if killed {
			rep.Strikes++
		} else {
			rep.Misses++
		}
	}
	return nil
}
