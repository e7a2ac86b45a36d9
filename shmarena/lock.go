package shmarena

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/shmengine/shmengine/futex"
)

// lockPatience bounds the wait for a mutex of the arena. Its holders do a few
// dozen stores and no system call, so only a stopped process, or a word that
// somebody scribbled on, can hold it so long; that is reported, not waited
// for.
const lockPatience = 10 * time.Second

// lock is a mutex in the arena with one of this process in front of it. So
// goroutines queue among themselves without a thread each; and a word that
// names this process while this process does not hold it, which would be
// waited for in vain, is known to be corrupt.
type lock struct {
	local sync.Mutex
	word  *futex.Mutex
	self  futex.Member
}

// acquire takes the lock. died says that its last owner died holding it; after
// the repair the caller says so with heal.
func (l *lock) acquire() (died bool, err error) {
	l.local.Lock()
	died, err = l.acquireShared()
	if err != nil {
		l.local.Unlock()
	}
	return died, err
}

func (l *lock) acquireShared() (died bool, err error) {
	held, err := l.word.TryLock(l.self)
	if !held && err == nil {
		if l.word.Holder() == l.self.ID() {
			return false, fmt.Errorf("lock names this process, which does not hold it: %w", ErrCorrupt)
		}
		ctx, cancel := context.WithTimeout(context.Background(), lockPatience)
		defer cancel()
		err = l.word.Lock(ctx, l.self)
	}
	switch {
	case err == nil:
		return false, nil
	case errors.Is(err, futex.ErrOwnerDied):
		return true, nil
	case errors.Is(err, context.DeadlineExceeded):
		return false, fmt.Errorf("lock held for %v by member %#x, which lives: %w", lockPatience, l.word.Holder(), ErrBusy)
	}
	return false, fmt.Errorf("%w: %w", err, ErrCorrupt)
}

// heal and release panic in futex if the lock is not held. It is, except where
// a peer scribbled on the word; then it is not ours any more, and the next one
// to take it finds out.

func (l *lock) heal() {
	defer func() { _ = recover() }()
	l.word.MarkConsistent(l.self)
}

func (l *lock) release() {
	defer l.local.Unlock()
	defer func() { _ = recover() }()
	l.word.Unlock(l.self)
}
