package ringbuf

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/testmem"
)

// newBytesSegment is shared memory with a member table and a ring of records.
func newBytesSegment(tb testing.TB, opt BytesOptions) *segment {
	mem, file := testmem.Shared(tb, tableSize()+bytesSize(tb, opt.Capacity))
	s := &segment{mem, file}
	must[*Bytes](tb)(NewBytes(s.ring(), opt))
	return s
}

func (s *segment) bytesHere(tb testing.TB) (*Bytes, *member.Member) {
	return must[*Bytes](tb)(AttachBytes(s.ring())), s.join(tb)
}

// attachBytes is the child's side: it maps the segment, whose capacity is its first argument, and
// joins.
func attachBytes(c *reexec.Child) (*Bytes, *member.Member) {
	n, err := SizeBytes(int(arg(c, 0)))
	check(c, err)
	s := &segment{testmem.Map(c, c.File(0), tableSize()+n), c.File(0)}
	m := s.join(c)
	r, err := AttachBytes(s.ring())
	check(c, err)
	return r, m
}

// Children. Their arguments: the capacity, the index in bytesHows; then who, the first message and
// the one after the last; or how many messages in all.
var (
	bytesSender = reexec.Register("bytesSender", func(c *reexec.Child) {
		r, m := attachBytes(c)
		p, err := r.Producer(m)
		check(c, err)
		c.At("ready")
		err = sendNumbered(context.Background(), p, bytesHows[arg(c, 1)], arg(c, 2), arg(c, 3), arg(c, 4))
		if err != nil && !errors.Is(err, ErrClosed) {
			check(c, err)
		}
		p.Release()
	})
	bytesTaker = reexec.Register("bytesTaker", func(c *reexec.Child) {
		r, m := attachBytes(c)
		p, err := r.Consumer(m)
		check(c, err)
		c.At("ready")
		check(c, receiveNumbered(context.Background(), p, bytesHows[arg(c, 1)], arg(c, 2)))
		p.Release()
	})
	// bytesHolder claims a record, fills the half of it, and stops there until it is resumed or
	// killed.
	bytesHolder = reexec.Register("bytesHolder", func(c *reexec.Child) {
		r, m := attachBytes(c)
		p, err := r.Producer(m)
		check(c, err)
		l, err := p.TryClaim(len(held))
		check(c, err)
		copy(l.Bytes(), held[:len(held)/2])
		c.At("claimed")
		copy(l.Bytes(), held)
		check(c, l.Commit())
	})
)

const held = "the record of a process that is slow"

// TestBytesTwoProcesses is TestBytesExactlyOnce with a process for each producer and the consumer.
func TestBytesTwoProcesses(t *testing.T) {
	n := uint64(rounds(12_000, 4_000_000))
	for form, many := range forms {
		for k, h := range bytesHows {
			t.Run(form+"/"+h.name, func(t *testing.T) {
				s := newBytesSegment(t, BytesOptions{2048, many})
				producers := uint64(1)
				if many {
					producers = 3
				}
				procs := []*reexec.Proc{s.start(t, bytesTaker, "2048", fmt.Sprint(k), fmt.Sprint(n))}
				for who := range producers {
					procs = append(procs, s.start(t, bytesSender, "2048", fmt.Sprint(k), fmt.Sprint(who), "0", fmt.Sprint(n/producers)))
				}
				for _, p := range procs {
					if st := p.Wait(); st.Code != 0 {
						t.Errorf("child ended with %v: %s", st, p.Output())
					}
				}
				if r, _ := s.bytesHere(t); r.Len() != 0 {
					t.Errorf("Len %d at the end", r.Len())
				}
			})
		}
	}
}

// TestBytesStoppedIsAlive: a stopped producer's record is waited for, and arrives intact.
func TestBytesStoppedIsAlive(t *testing.T) {
	for form, many := range forms {
		t.Run(form, func(t *testing.T) {
			s := newBytesSegment(t, BytesOptions{256, many})
			r, m := s.bytesHere(t)
			c := must[*BytesConsumer](t)(r.Consumer(m))
			child := reexec.Start(t, bytesHolder, reexec.Options{Files: s.files(), Args: []string{"256"}, Arm: []string{"claimed"}, Timeout: time.Minute})
			child.WaitAt("claimed")
			child.Stop()
			if many {
				p := must[*BytesProducer](t)(r.Producer(m))
				noError(t, p.TryPush([]byte("behind")))
			} else if _, err := r.Producer(m); !errors.Is(err, ErrBusy) {
				t.Errorf("role of a stopped process: %v", err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if v, err := c.Peek(ctx); err != context.DeadlineExceeded || c.Unblock() {
				t.Errorf("a stopped producer's record: %q, %v", v.Bytes(), err)
			}
			child.Cont()
			child.Resume()
			if b, err := c.AppendPop(t.Context(), nil); err != nil || string(b) != held {
				t.Errorf("after it went on: %q, %v", b, err)
			}
			if st := child.Wait(); st.Code != 0 {
				t.Errorf("child ended with %v: %s", st, child.Output())
			}
			if b, err := c.AppendPop(ctx, nil); many && (err != nil || string(b) != "behind") {
				t.Errorf("behind it: %q, %v", b, err)
			}
		})
	}
}

// TestBytesDeadGap: what a process had claimed when it was killed becomes padding, with the header
// of another behind it, in a full ring, and where nothing else is there; who sleeps in front of it
// is woken by the death.
func TestBytesDeadGap(t *testing.T) {
	for form, many := range forms {
		for _, fill := range []bool{false, true} {
			t.Run(fmt.Sprint(form, "/full=", fill), func(t *testing.T) {
				s := newBytesSegment(t, BytesOptions{256, many})
				r, m := s.bytesHere(t)
				c := must[*BytesConsumer](t)(r.Consumer(m))
				child := reexec.Start(t, bytesHolder, reexec.Options{Files: s.files(), Args: []string{"256"}, Arm: []string{"claimed"}, Timeout: time.Minute})
				child.WaitAt("claimed")
				behind := 0
				if p, err := r.Producer(m); many && err == nil && fill {
					for p.TryPush([]byte("behind")) == nil {
						behind++
					}
				}
				go func() {
					if behind == 0 {
						untilParked(r.toProducer.Load)
					}
					child.Kill()
				}()
				for range behind {
					if b, err := c.AppendPop(t.Context(), nil); err != nil || string(b) != "behind" {
						t.Fatalf("%q, %v", b, err)
					}
				}
				deadGapDrained(t, r, m, c)
			})
		}
	}
}

func deadGapDrained(t *testing.T, r *Bytes, m *member.Member, c *BytesConsumer) {
	t.Helper()
	if !r.many {
		if _, err := c.Peek(t.Context()); err != ErrPeerDied {
			t.Errorf("a killed producer: %v", err)
		}
	} else {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		for err := error(nil); r.Len() != 0; { // until its death was seen
			if _, err = c.Peek(ctx); err != context.DeadlineExceeded || t.Context().Err() != nil {
				t.Fatal(err)
			}
		}
	}
	if r.Len() != 0 || c.Unblock() {
		t.Errorf("Len %d, or unblocked again", r.Len())
	}
	if err := bytesWhole(must[*BytesProducer](t)(r.Producer(m)), c); err != nil {
		t.Error(err)
	}
}
