package lock

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shmengine/shmengine/bench/clock"
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/worker"
)

// settled is how long all threads of the waiter must have been seen asleep before
// its owner is killed.
const settled = 2 * time.Millisecond

// deaths kills owners of a lock, one after the other, and takes the time until
// the waiter has it.
func (k *crew) deaths(ctx context.Context, t task) (*sample, error) {
	watch := clock.New()
	s := &sample{waits: newWaits()}
	if _, err := k.members[0].Ask(ctx, "ok", "set %s %s %d", t.kind, t.system, t.parties); err != nil {
		return nil, err
	}
	for range t.ops {
		limited, cancel := context.WithTimeoutCause(ctx, patience, errHang)
		ns, err := k.death(limited, t, &watch, s)
		cancel()
		if err != nil {
			return nil, err
		}
		if err := s.waits.add(ns, 1); err != nil {
			return nil, err
		}
		s.waits.max = max(s.waits.max, int64(ns))
		s.ops++
	}
	return s, nil
}

// death starts an owner, has a worker wait for the lock, and kills the owner.
func (k *crew) death(ctx context.Context, t task, c *clock.Clock, s *sample) (ns uint64, err error) {
	owner, err := k.start()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, worker.Close([]*worker.Worker{owner.Worker})) }()
	if _, err := owner.Ask(ctx, "held", "own %s %s", t.system, t.on(0, false)); err != nil {
		return 0, err
	}
	waiter := k.members[1]
	if _, err := waiter.Ask(ctx, "waiting", "inherit %s 1 %s", t.system, t.on(1, false)); err != nil {
		return 0, err
	}
	if err := awaitSleep(ctx, waiter.Child.PID()); err != nil {
		return 0, err
	}
	if s.rss, err = resident(owner.Child.PID()); err != nil {
		return 0, err
	}
	killed := c.Now()
	if err := owner.Child.Kill(); err != nil {
		return 0, err
	}
	if _, err := waiter.Hear(ctx, "done"); err != nil {
		return 0, err
	}
	end := k.board.slot[1].end
	if end <= killed {
		return 0, fmt.Errorf("%w: %s: %s: the waiter had the lock before its owner was killed", report.ErrWrong, t.name, t.system)
	}
	return end - killed, nil
}

// awaitSleep waits until a process has been asleep for a while.
func awaitSleep(ctx context.Context, pid int) error {
	since := time.Now()
	for time.Since(since) < settled {
		switch sleeps, err := asleep(pid); {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case !sleeps:
			since = time.Now()
		}
		pause(ctx, settled/10)
	}
	return nil
}
