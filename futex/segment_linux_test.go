package futex_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/testmem"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

var bg = context.Background()

// segment is shared memory with a member table, mutexes, counters and words:
// the real thing, in the test's process or in a child.
type segment struct {
	region []byte
	file   *os.File
}

const (
	members  = 16
	lines    = 64 // cache lines after the table, each a mutex, a word and a counter
	lineSize = 64
)

func segmentSize() int { return member.TableSize(members) + lines*lineSize + roomSize }

func newSegment(tb testmem.TB) *segment {
	region, file := testmem.Shared(tb, segmentSize())
	return &segment{region, file}
}

// attach maps the segment that the test has passed as the first file.
func attach(c *reexec.Child) *segment {
	return &segment{testmem.Map(c, c.File(0), segmentSize()), c.File(0)}
}

func (s *segment) files() []*os.File { return []*os.File{s.file} }

func (s *segment) line(i int) []byte {
	off := member.TableSize(members) + i*lineSize
	return s.region[off : off+lineSize]
}

func (s *segment) mutex(i int) *futex.Mutex  { return viewMutex(s.line(i)) }
func (s *segment) word(i int) *atomic.Uint32 { return viewWord(s.line(i)[4:]) }
func (s *segment) counter(i int) *uint64     { return viewCounter(s.line(i)[8:]) }
func (s *segment) lockWord(i int) uint32     { return viewWord(s.line(i)).Load() }

// join makes the calling process a member until the test or the child ends.
func (s *segment) join(tb testmem.TB) *member.Member {
	tb.Helper()
	lock, err := os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", s.file.Fd()), os.O_RDWR, 0)
	if err != nil {
		tb.Fatalf("open the lock file: %v", err)
	}
	table := s.region[:member.TableSize(members):member.TableSize(members)]
	m, err := member.Join(member.Config{Mem: table, Region: s.region, Lock: lock})
	if err != nil {
		tb.Fatalf("join: %v", err)
	}
	tb.Cleanup(func() { _ = m.Leave() })
	return m
}

// asleep counts the words that live members of other processes are parked on
// at the mutex i, as the table lists them.
func (s *segment) asleep(m *member.Member, i int) int {
	want := uint64(member.TableSize(members) + i*lineSize)
	n := 0
	for info := range m.All() {
		if !info.Alive {
			continue
		}
		for _, off := range info.Parked {
			if off == want {
				n++
			}
		}
	}
	return n
}

// eventually waits until cond holds. A hang is ended by the test binary's own
// time-out, which shows all stacks.
func eventually(cond func() bool) {
	for !cond() {
		time.Sleep(200 * time.Microsecond)
	}
}

// long says that long tests are asked for.
func long() bool { return os.Getenv("SHMENGINE_STRESS") != "" }

// stress is n, or much when long tests are asked for.
func stress(n, much int) int {
	if long() {
		return much
	}
	return n
}
