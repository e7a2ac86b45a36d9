package ringbuf

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/testmem"
)

// segment is shared memory with a member table and a ring of messages.
type segment struct {
	region []byte
	file   *os.File
}

const slotsOfTable = 16

func tableSize() int { return (member.TableSize(slotsOfTable) + slotAlign - 1) &^ (slotAlign - 1) }

func segmentSize(capacity int) int {
	n, err := SizeSPSC[message](capacity)
	if err != nil {
		panic(err)
	}
	return tableSize() + n
}

func newSegment(tb testing.TB, capacity int) *segment {
	region, file := testmem.Shared(tb, segmentSize(capacity))
	s := &segment{region, file}
	must[*SPSC[message]](tb)(NewSPSC[message](s.ring(), capacity))
	return s
}

func (s *segment) files() []*os.File { return []*os.File{s.file} }

func (s *segment) ring() []byte { return s.region[tableSize():] }

// join makes the calling process a member until the test or the child ends.
func (s *segment) join(tb testmem.TB) *member.Member {
	tb.Helper()
	lock, err := os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", s.file.Fd()), os.O_RDWR, 0)
	if err != nil {
		tb.Fatalf("open the lock file: %v", err)
	}
	m, err := member.Join(member.Config{Mem: s.region[:member.TableSize(slotsOfTable)], Region: s.region, Lock: lock})
	if err != nil {
		tb.Fatalf("Join: %v", err)
	}
	tb.Cleanup(func() { _ = m.Leave() })
	return m
}

// start runs a child on the segment.
func (s *segment) start(tb testing.TB, name string, args ...string) *reexec.Proc {
	return reexec.Start(tb, name, reexec.Options{Files: []*os.File{s.file}, Args: args, Timeout: time.Minute})
}

// attach is the child's side: it maps the segment, whose capacity is its first argument, and joins.
func attach(c *reexec.Child) (*SPSC[message], *member.Member) {
	n, err := strconv.Atoi(c.Args[0])
	if err != nil {
		c.Fatalf("capacity: %v", err)
	}
	s := &segment{testmem.Map(c, c.File(0), segmentSize(n)), c.File(0)}
	m := s.join(c)
	r, err := AttachSPSC[message](s.ring())
	if err != nil {
		c.Fatalf("attach: %v", err)
	}
	return r, m
}

func check(c *reexec.Child, err error) {
	if err != nil {
		c.Fatalf("%v", err)
	}
}

// arg is a number among the child's arguments.
func arg(c *reexec.Child, i int) uint64 {
	n, err := strconv.ParseUint(c.Args[i], 10, 64)
	check(c, err)
	return n
}

// Children. Their arguments: the capacity, the index in hows, the first message and the one after
// the last.
var (
	sender = reexec.Register("sender", func(c *reexec.Child) {
		r, m := attach(c)
		p, err := r.Producer(m)
		check(c, err)
		c.At("ready")
		err = hows[arg(c, 1)].send(context.Background(), p, arg(c, 2), arg(c, 3))
		if err != nil && !errors.Is(err, ErrClosed) {
			check(c, err)
		}
		p.Release()
	})
	receiver = reexec.Register("receiver", func(c *reexec.Child) {
		r, m := attach(c)
		p, err := r.Consumer(m)
		check(c, err)
		c.At("ready")
		check(c, hows[arg(c, 1)].receive(context.Background(), p, arg(c, 2), arg(c, 3)))
		p.Release()
	})
)

// here is this process's side.
func (s *segment) here(tb testing.TB) (*SPSC[message], *member.Member) {
	return must[*SPSC[message]](tb)(AttachSPSC[message](s.ring())), s.join(tb)
}

// TestTwoProcesses is TestExactlyOnce with a process on each side.
func TestTwoProcesses(t *testing.T) {
	n := uint64(rounds(20_000, 10_000_000))
	for k, h := range hows {
		for _, capacity := range []int{1, 64} {
			t.Run(fmt.Sprint(h.name, "/", capacity), func(t *testing.T) {
				s := newSegment(t, capacity)
				args := []string{fmt.Sprint(capacity), fmt.Sprint(k), "0", fmt.Sprint(n)}
				from, to := s.start(t, sender, args...), s.start(t, receiver, args...)
				for _, p := range []*reexec.Proc{from, to} {
					if st := p.Wait(); st.Code != 0 {
						t.Errorf("child ended with %v: %s", st, p.Output())
					}
				}
				if r, _ := s.here(t); r.Len() != 0 || r.head.Load() != n {
					t.Errorf("Len %d, head %d at the end", r.Len(), r.head.Load())
				}
			})
		}
	}
}

// TestStoppedIsAlive: a stopped process keeps its role, and goes on where it was.
func TestStoppedIsAlive(t *testing.T) {
	s := newSegment(t, 4)
	r, m := s.here(t)
	p := s.start(t, sender, "4", "0", "0", "1000")
	p.WaitAt("ready")
	p.Stop()
	if _, err := r.Producer(m); !errors.Is(err, ErrBusy) {
		t.Errorf("role of a stopped process: %v", err)
	}
	c := must[*Consumer[message]](t)(r.Consumer(m))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	for {
		if _, err := c.Pop(ctx); err != nil {
			if err != context.DeadlineExceeded {
				t.Errorf("pop from a stopped producer: %v", err)
			}
			break
		}
	}
	p.Cont()
	if err := hows[0].receive(t.Context(), c, c.Seq(), 1000); err != nil {
		t.Error(err)
	}
}
