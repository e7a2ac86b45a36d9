package futex_test

import (
	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/testmem"
)

// What lies in the segment beside mutexes, words and counters: an event and a
// once on each line.
const (
	eventAt = 16
	onceAt  = 20
	latchAt = 24
)

func (s *segment) event(i int) *futex.Event { return view[futex.Event](s.line(i)[eventAt:]) }
func (s *segment) once(i int) *futex.Once   { return view[futex.Once](s.line(i)[onceAt:]) }
func (s *segment) latch(i int) *futex.Latch { return view[futex.Latch](s.line(i)[latchAt:]) }

// parked counts the entries of live members for words at this offset of line i, as
// the table lists them.
func (s *segment) parked(m *member.Member, i, at int) (n int) {
	want := uint64(member.TableSize(members) + i*lineSize + at)
	for info := range m.All() {
		for _, off := range info.Parked {
			if info.Alive && off == want {
				n++
			}
		}
	}
	return n
}

// semaphore is the one semaphore, on the lines from semaphoreLine on; permits are
// behind it.
func (s *segment) semaphore() *futex.Semaphore {
	return view[futex.Semaphore](s.region[s.lineAt(semaphoreLine):])
}

func (s *segment) lineAt(i int) int { return member.TableSize(members) + i*lineSize }

// reset zeroes the lines from the i-th on, for a new start.
func (s *segment) reset(i int) { clear(s.region[s.lineAt(i):]) }

// permits are n permits on the lines from permitsLine on.
func (s *segment) permits(tb testmem.TB, n int) *futex.Permits {
	tb.Helper()
	p, err := futex.NewPermits(s.region[s.lineAt(permitsLine):], n)
	if err != nil {
		tb.Fatalf("NewPermits: %v", err)
	}
	return p
}

const (
	semaphoreLine = 40 // and a second one behind it
	permitsLine   = 58
	bellAt        = 4 // within the permits
)
