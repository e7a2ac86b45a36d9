package futex

import (
	"context"

	"github.com/shmengine/shmengine/internal/spin"
)

// lockSlow is Lock after the fast path; claimed says that it has the word.
func (m *RWMutex) lockSlow(ctx context.Context, mb Member, claimed bool) error {
	if claimed {
		return m.drained(ctx, mb, 0)
	}
	was, err := m.claim(ctx, mb)
	if err != nil {
		return err
	}
	return m.drained(ctx, mb, was)
}

// claim waits until mb has the word, and returns what it was.
func (m *RWMutex) claim(ctx context.Context, mb Member) (was uint32, err error) {
	if ctx.Err() == nil && m.spinClaim(mb, 0) {
		return 0, nil
	}
	p := mb.Park(&m.word)
	defer mb.Unpark(p)
	for {
		p.Look()
		v, done, err := m.robOrFlag(mb)
		if done {
			return v, err
		}
		at(pointHanging)
		if err := p.WaitInLine(ctx, v); err != nil {
			return 0, err
		}
		at(pointWoken)
		if !p.stale() && m.spinClaim(mb, waitersFlag) {
			at(pointTaken)
			return 0, nil
		}
	}
}

// spinClaim tries to claim the free word while it would be too early to sleep.
func (m *RWMutex) spinClaim(mb Member, flag uint32) bool {
	id := uint32(mb.ID()) | flag
	for s := (spin.Spinner{}); ; {
		v := m.word.Load()
		if v == 0 && m.word.CompareAndSwap(0, id) {
			return true
		}
		if v&idMask == notRecoverable || !s.Next() {
			return false
		}
	}
}

// robOrFlag is a sleeping writer's evaluation: it claims the word v, or makes
// sure that W is set and returns the word to sleep on.
func (m *RWMutex) robOrFlag(mb Member) (v uint32, done bool, err error) {
	for {
		v = m.word.Load()
		owner := v & idMask
		free := v == 0 || owner == readersTurn && !m.waiting(mb) || !open(v) && !mb.Alive(ID(owner))
		switch {
		case owner == notRecoverable:
			return v, true, ErrNotRecoverable
		case free:
			if m.rob(mb, v) {
				at(pointTaken)
				return v, true, nil
			}
		case v&waitersFlag != 0:
			return v, false, nil
		case m.word.CompareAndSwap(v, v|waitersFlag):
			return v | waitersFlag, false, nil
		}
	}
}
