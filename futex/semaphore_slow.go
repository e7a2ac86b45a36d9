package futex

import (
	"context"

	"github.com/shmengine/shmengine/internal/spin"
)

// acquireSlow spins, then sleeps, as Mutex does.
func (s *Semaphore) acquireSlow(ctx context.Context, mb Member) error {
	b, ok := s.bookOf(mb)
	if !ok {
		return ErrBooksFull
	}
	if ctx.Err() == nil && s.spinTake(b) {
		return nil
	}
	p := mb.Park(lowHalf(&s.state))
	defer mb.Unpark(p)
	for {
		p.Look()
		half, taken := s.takeOrFlag(b)
		if taken {
			return nil
		}
		if b.line != nil && s.lost(mb) > 0 {
			return ErrTokensLost // no wake to hand on: the death has all sleepers look
		}
		at(pointHanging)
		if err := p.WaitInLine(ctx, half); err != nil {
			return err
		}
		at(pointWoken)
		if !p.stale() {
			s.await()
		}
	}
}

// swap takes a token: it makes v, which has one, next, and writes it down at once.
func (s *Semaphore) swap(v, next uint64, b book) bool {
	if !s.state.CompareAndSwap(v, next) {
		return false
	}
	b.write(1)
	return true
}

// spinTake takes a token while it would be too early to sleep. Nobody has slept
// yet, so W stays as it is.
func (s *Semaphore) spinTake(b book) bool {
	var w spin.Spinner
	for {
		if v := s.state.Load(); v&semValue != 0 && s.swap(v, v-1, b) {
			return true
		}
		if !w.Next() {
			return false
		}
	}
}

// await spins until there is a token, as long as it would be too early to sleep
// again: somebody else was faster, and may be about to release.
func (s *Semaphore) await() {
	var w spin.Spinner
	for s.state.Load()&semValue == 0 && w.Next() {
	}
}

// takeOrFlag is the sleeper's evaluation: it takes a token, or makes sure that W
// is set and returns the half to sleep on.
//
// Who takes one here may have received the only wake for several tokens: the
// first Release has cleared W, so those after it woke nobody. It leaves W set,
// and if tokens are left it wakes the next, who does the same.
func (s *Semaphore) takeOrFlag(b book) (half uint32, taken bool) {
	for {
		v := s.state.Load()
		switch {
		case v&semValue != 0:
			if s.swap(v, v-1|semWaiters, b) {
				at(pointTaken)
				if v&semValue > 1 {
					_, _ = Wake(lowHalf(&s.state), 1)
				}
				return 0, true
			}
		case v&semWaiters != 0:
			return uint32(v), false
		case s.state.CompareAndSwap(v, v|semWaiters):
			return uint32(v) | semWaiters, false
		}
	}
}
