package futex_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/reexec"
)

// The room of a segment, after its lines: the primitives that are larger than a
// line.
const (
	rwAt     = 0
	rwSize   = 4736
	condAt   = rwAt + rwSize
	condSize = 2112
	rmAt     = condAt + condSize
	rmSize   = 64
	barAt    = rmAt + rmSize
	barSize  = 320
	roomSize = barAt + barSize
)

// room is n bytes of the room.
func (s *segment) room(off, n int) []byte {
	off += roomAt()
	return s.region[off : off+n]
}

// roomAt is the offset of the room in the segment.
func roomAt() int { return member.TableSize(members) + lines*lineSize }

func (s *segment) rw() *futex.RWMutex { return viewRW(s.room(rwAt, rwSize)) }
func (s *segment) cond() *futex.Cond  { return viewCond(s.room(condAt, condSize)) }
func (s *segment) rm() *futex.RMutex  { return viewRM(s.room(rmAt, rmSize)) }

func (s *segment) barrier() *futex.Barrier { return viewBarrier(s.room(barAt, barSize)) }

// asleepAt counts the live members that are parked on the word at off in the
// room, once for each of their sleepers.
func (s *segment) asleepAt(m *member.Member, off int) int {
	n := 0
	for info := range m.All() {
		if !info.Alive {
			continue
		}
		for _, parked := range info.Parked {
			if parked == uint64(roomAt()+off) {
				n++
			}
		}
	}
	return n
}

// The words of an RWMutex that are slept on.
const (
	rwWord  = rwAt
	rwGate  = rwAt + 64
	rwDrain = rwAt + 68
)

// write adds to the counters 0 and 1 under the write lock, and read compares
// them under a read lock. After a dead writer they are made equal again.
func (s *segment) write(m futex.Member) error {
	if err := healRW(s, m, s.rw().Lock(bg, m)); err != nil {
		return err
	}
	defer s.rw().Unlock(m)
	if a, b := *s.counter(0), *s.counter(1); a != b {
		return fmt.Errorf("a writer found %d and %d", a, b)
	}
	*s.counter(0)++
	*s.counter(1)++
	return nil
}

func (s *segment) read(m futex.Member) error {
	err := s.rw().RLock(bg, m)
	if errors.Is(err, futex.ErrOwnerDied) { // it is held for writing
		defer s.rw().Unlock(m)
		return healRW(s, m, err)
	}
	if err != nil {
		return err
	}
	defer s.rw().RUnlock(m)
	if a, b := *s.counter(0), *s.counter(1); a != b {
		return fmt.Errorf("a reader found %d and %d", a, b)
	}
	return nil
}

func healRW(s *segment, m futex.Member, err error) error {
	if errors.Is(err, futex.ErrOwnerDied) {
		*s.counter(1) = *s.counter(0)
		s.rw().MarkConsistent(m)
		return nil
	}
	return err
}

// rwUser reads, writes, or both, n times each, and says so.
var rwUser = reexec.Register("rwUser", func(c *reexec.Child) {
	hookPoints(c)
	s := attach(c)
	m := s.join(c)
	_, _ = m.Reap()
	c.Say("ready")
	c.Hear()
	var rounds int
	_, _ = fmt.Sscan(c.Args[0], &rounds)
	var wg sync.WaitGroup
	for _, what := range c.Args[1:] {
		f := s.read
		if what == "write" {
			f = s.write
		}
		wg.Go(func() {
			for range rounds {
				if err := f(m); err != nil {
					c.Fatalf("%v", err)
				}
			}
		})
	}
	wg.Wait()
	c.Say("done")
})

// startRWUser starts one with a goroutine for each of what.
func startRWUser(t *testing.T, s *segment, rounds int, what ...string) *reexec.Proc {
	t.Helper()
	args := append([]string{fmt.Sprint(rounds)}, what...)
	p := reexec.Start(t, rwUser, reexec.Options{Files: s.files(), Args: args, Timeout: patience})
	p.Expect("ready")
	p.Say("go")
	return p
}
