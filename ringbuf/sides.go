package ringbuf

import (
	"fmt"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// sides are the words by which the two sides of a ring know of each other, whatever the ring
// carries: who they are, how they wake each other, and whether it goes on.
type sides struct {
	toProducer, toConsumer *atomic.Uint32 // bells
	producer, consumer     *atomic.Uint32 // roles
	plainPush, plainPop    *atomic.Uint32
}

func sidesOf(mem []byte) sides {
	return sides{
		toProducer: word32(mem, offToProducer), toConsumer: word32(mem, offToConsumer),
		producer: word32(mem, offProducer), consumer: word32(mem, offConsumer),
		plainPush: word32(mem, offPlainPush), plainPop: word32(mem, offPlainPop),
	}
}

// end closes the ring for both. The producer's bell is set first, and everything that missed it is
// made visible before the consumer's.
func (s *sides) end() {
	s.toProducer.Or(closed)
	if s.plainPush.Load() != 0 {
		heavyBarrier()
	}
	s.toConsumer.Or(closed)
	s.wakeBoth()
}

// poison makes every later call of all sides fail, and returns what it fails with.
func (s *sides) poison(what string, got uint64) error {
	s.toProducer.Or(poisoned)
	s.toConsumer.Or(poisoned)
	s.wakeBoth()
	return fmt.Errorf("%w: %s is %#x", ErrCorrupt, what, got)
}

func (s *sides) wakeBoth() {
	futex.Wake(s.toProducer, everyone)
	futex.Wake(s.toConsumer, everyone)
}

// halted is why the side whose bell it is cannot go on.
func (s *sides) halted(word *atomic.Uint32) error {
	if word == &gone {
		panic("ringbuf: use of a released role")
	}
	switch bell := word.Load(); {
	case bell&^bellBits != 0:
		return s.poison("bell", uint64(bell))
	case bell&poisoned != 0:
		return ErrCorrupt
	default:
		return ErrClosed
	}
}

// spread finishes a Close or a poisoning that reached one bell only, and poisons a ring whose bell
// is garbage.
func (s *sides) spread(bell uint32) {
	switch {
	case bell&^bellBits != 0, bell&poisoned != 0:
		_ = s.poison("bell", uint64(bell))
	case bell&closed != 0:
		s.end()
	}
}

// claim stores m's id in a role word that is free or a dead process's: one winner, and a winner
// that dies falls under the same rule.
func (s *sides) claim(role *atomic.Uint32, m futex.Member) error {
	if s.toProducer.Load()&poisoned != 0 {
		return ErrCorrupt
	}
	owner := role.Load()
	if owner >= reservedID {
		return s.poison("role", uint64(owner))
	}
	if owner != 0 && m.Alive(futex.ID(owner)) {
		return fmt.Errorf("%w: by member %#x", ErrBusy, owner)
	}
	if !role.CompareAndSwap(owner, uint32(m.ID())) {
		return fmt.Errorf("%w: by member %#x", ErrBusy, role.Load())
	}
	return nil
}
