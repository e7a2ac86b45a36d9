package futex

import "context"

// The state of a Semaphore; layout.go has the drawing.
const (
	semWaiters = 1 << 31
	semValue   = maxCount
	semLimit   = 1 << 32
	semTracked = 1 << 63
)

// SemaphoreOptions say how a semaphore begins.
type SemaphoreOptions struct {
	// Value is how many tokens there are, at most 2^31-1.
	Value int

	// Limit is what Release may raise the value to; 0 is 2^31-1. It is not below
	// Value.
	Limit int

	// Track keeps books of which member has how many of the tokens: at most 64
	// members at a time, and each gives back what it took itself. The number of
	// tokens is Value, for good; Limit is not given. It costs a second atomic
	// operation each way.
	Track bool
}

// Init makes a semaphore that is zero, and that nobody has used, what opt says.
//
//   - ErrRange: the options contradict each other or exceed 2^31-1.
//   - ErrInUse: it is not zero: somebody has initialised it or used it.
//
// Of several who initialise it at once one succeeds.
func (s *Semaphore) Init(opt SemaphoreOptions) error {
	if opt.Track && opt.Limit == 0 {
		opt.Limit = opt.Value
	}
	switch {
	case opt.Value < 0 || opt.Value > maxCount || opt.Limit < 0 || opt.Limit > maxCount,
		opt.Limit != 0 && opt.Limit < opt.Value,
		opt.Track && (opt.Value == 0 || opt.Limit != opt.Value):
		return ErrRange
	}
	state := uint64(opt.Limit)*semLimit | uint64(opt.Value)
	if opt.Track {
		state |= semTracked
	}
	if !s.state.CompareAndSwap(0, state) {
		return ErrInUse
	}
	return nil
}

// Value returns how many tokens can be had at this moment.
func (s *Semaphore) Value() int { return int(s.state.Load() & semValue) }

// Acquire takes a token, and waits for one if there is none.
//
//   - nil: taken. A token that can be had at once is taken even if ctx is done.
//   - an error of ctx, never before its deadline: nothing is taken.
//   - ErrAddress: nothing is taken; the semaphore is not in mapped memory.
//   - ErrTokensLost, with Track only: nothing is taken, there is no token to be
//     had, and a member has died with some. See TakeLost.
//   - ErrBooksFull, with Track only: nothing is taken; 64 other members have tokens.
func (s *Semaphore) Acquire(ctx context.Context, mb Member) error {
	// Pairs with Release: what was written before it is seen from here on.
	if v := s.state.Load(); plain(v) && s.state.CompareAndSwap(v, v-1) {
		return nil
	}
	return s.acquireSlow(ctx, mb)
}

// plain reports whether a token can be had of a semaphore without books. For 0
// the subtraction wraps.
func plain(v uint64) bool { return v&(semTracked|semValue)-1 < semValue }

// TryAcquire takes a token if there is one; with Track, if there is also room in
// the books.
func (s *Semaphore) TryAcquire(mb Member) bool {
	v := s.state.Load()
	if plain(v) && s.state.CompareAndSwap(v, v-1) {
		return true
	}
	if v&semValue == 0 {
		return false
	}
	b, ok := s.bookOf(mb)
	for ok {
		v = s.state.Load()
		if v&semValue == 0 {
			return false
		}
		if s.swap(v, v-1, b) {
			return true
		}
	}
	return false
}

// Release gives n tokens, and wakes up to n who sleep for one. What was written
// before it is seen by who takes one of them. Once it has given them it touches
// the semaphore no more, except that it may wake: who takes the last one may
// give the memory to something else, whose waiters must stand a wake for nothing.
//
//   - ErrOverRelease: the value would exceed the limit; or, with Track, mb does not
//     have n tokens. Nothing is changed.
//   - ErrOverflow: the value would exceed 2^31-1. Nothing is changed.
//
// It panics if n is negative.
func (s *Semaphore) Release(mb Member, n int) error {
	// One token, no books, no limit, nobody asleep, room for one more.
	if v := s.state.Load(); n == 1 && v < maxCount && s.state.CompareAndSwap(v, v+1) {
		return nil
	}
	if n < 0 {
		panic("futex: Release of a negative number of tokens")
	}
	if s.state.Load() >= semTracked && !s.strike(mb, n) {
		return ErrOverRelease
	}
	return s.post(n)
}

// post is Release without the books.
func (s *Semaphore) post(n int) error {
	for {
		v := s.state.Load()
		value, limit := int64(v&semValue), int64(v/semLimit&maxCount)
		switch {
		case limit != 0 && int64(n) > limit-value:
			return ErrOverRelease
		case int64(n) > maxCount-value:
			return ErrOverflow
		case n == 0:
			return nil
		}
		if !s.state.CompareAndSwap(v, v&^semWaiters+uint64(n)) {
			continue
		}
		if v&semWaiters != 0 {
			at(pointReleased)
			_, _ = Wake(lowHalf(&s.state), n)
		}
		return nil
	}
}
