package ringbuf

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/testmem"
)

// plaza is shared memory with a member table, a many-to-many ring, and a counter for each value
// that is sent through it: how often it was received.
type plaza struct {
	segment
	capacity, values int
}

func plazaSize(capacity, values int) int {
	n, err := SizeMPMC[message](capacity)
	if err != nil {
		panic(err)
	}
	return tableSize() + n + 4*values
}

func newPlaza(tb testing.TB, o Options, values int, first uint64) *plaza {
	region, file := testmem.Shared(tb, plazaSize(o.Capacity, values))
	p := &plaza{segment{region, file}, o.Capacity, values}
	must[*MPMC[message]](tb)(newMPMC[message](p.ring(), o, first))
	return p
}

// received is the counter of value i.
func (p *plaza) received(i uint64) *atomic.Uint32 {
	return word32(p.region, len(p.region)-4*p.values+int(i)*4)
}

// run starts a child on the plaza.
func (p *plaza) run(tb testing.TB, name string, args ...any) *reexec.Proc {
	all := []string{fmt.Sprint(p.capacity), fmt.Sprint(p.values)}
	for _, a := range args {
		all = append(all, fmt.Sprint(a))
	}
	return reexec.Start(tb, name, reexec.Options{Files: []*os.File{p.file}, Args: all, Timeout: 2 * time.Minute})
}

// visit is the child's side.
func visit(c *reexec.Child) (*plaza, *MPMC[message], *member.Member) {
	capacity, values := int(arg(c, 0)), int(arg(c, 1))
	p := &plaza{segment{testmem.Map(c, c.File(0), plazaSize(capacity, values)), c.File(0)}, capacity, values}
	m := p.join(c)
	r, err := AttachMPMC[message](p.ring(), Options{Overflow: Overflow(word32(p.ring(), offMode).Load())})
	check(c, err)
	return p, r, m
}

// here is this process's side.
func (p *plaza) here(tb testing.TB) (*MPMC[message], *member.Member) {
	return must[*MPMC[message]](tb)(AttachMPMC[message](p.ring(), Options{})), p.join(tb)
}

// Children. Their further arguments: the batch (0: one at a time, blocking), and for the pusher the
// first value and the one after the last.
var (
	pusher = reexec.Register("pusher", func(c *reexec.Child) {
		_, r, m := visit(c)
		s, err := r.Sender(m)
		check(c, err)
		c.At("ready")
		check(c, pushRange(context.Background(), s, int(arg(c, 2)), arg(c, 3), arg(c, 4)))
		s.Release()
	})
	popper = reexec.Register("popper", func(c *reexec.Child) {
		p, r, m := visit(c)
		rc, err := r.Receiver(m)
		check(c, err)
		c.At("ready")
		check(c, popAllOf(context.Background(), rc, int(arg(c, 2)), uint64(p.values/4), func(i uint64) { p.received(i).Add(1) }))
		rc.Release()
	})
)

// TestMPMCEightProcesses: four senders and four receivers, each a process; every value comes once.
func TestMPMCEightProcesses(t *testing.T) {
	n := uint64(rounds(20_000, 1_000_000)) / 4
	for _, capacity := range []int{2, 64} {
		for _, batch := range []int{0, 5} {
			t.Run(fmt.Sprint(capacity, "/", batch), func(t *testing.T) {
				p := newPlaza(t, Options{Capacity: capacity}, int(4*n), 1<<64-10)
				var senders, receivers []*reexec.Proc
				for i := range uint64(4) {
					senders = append(senders, p.run(t, pusher, batch, i*n, (i+1)*n))
					receivers = append(receivers, p.run(t, popper, batch))
				}
				over(t, senders)
				r, _ := p.here(t)
				if err := r.Close(); err != nil {
					t.Fatal(err)
				}
				over(t, receivers)
				for i := range 4 * n {
					if k := p.received(i).Load(); k != 1 {
						t.Fatalf("value %d came %d times", i, k)
					}
				}
				if r.Len() != 0 {
					t.Errorf("Len %d at the end", r.Len())
				}
			})
		}
	}
}

// over waits for children that end by themselves.
func over(t *testing.T, all []*reexec.Proc) {
	t.Helper()
	for _, p := range all {
		if st := p.Wait(); st.Code != 0 {
			t.Errorf("child ended with %v: %s", st, p.Output())
		}
	}
}

// TestMPMCStoppedIsAlive: what a stopped process works on is waited for, whatever the others do,
// and arrives when it goes on.
func TestMPMCStoppedIsAlive(t *testing.T) {
	p := newPlaza(t, Options{Capacity: 2}, 1, 0)
	r, m := p.here(t)
	child := p.run(t, holder)
	child.Expect("claimed and taken")
	s := must[*Sender[message]](t)(r.Sender(m))
	c := must[*Receiver[message]](t)(r.Receiver(m))
	child.Stop()
	if r.Repair(m) {
		t.Error("something of a stopped process was repaired")
	}
	for range 3 * askEvery {
		if err := s.TryPush(messageOf(9)); err != ErrFull {
			t.Fatalf("push to cells of a stopped process: %v", err)
		}
		if err := c.TryPop(new(message)); err != ErrEmpty {
			t.Fatalf("pop from a stopped process: %v", err)
		}
	}
	child.Cont()
	child.Say("go on")
	if v, err := c.Pop(t.Context()); err != nil || v != messageOf(1) {
		t.Fatalf("what the stopped process pushed: %v, %v", v, err)
	}
	child.Expect("went on")
	if err := wholeMPMC(s, c, m); err != nil {
		t.Fatal(err)
	}
}

// holder takes value 0 and is stopped within the push of value 1.
var holder = reexec.Register("holder", func(c *reexec.Child) {
	_, r, m := visit(c)
	s, err := r.Sender(m)
	check(c, err)
	rc, err := r.Receiver(m)
	check(c, err)
	check(c, s.TryPush(messageOf(0)))
	check(c, rc.TryTake(new(message)))
	i, err := s.claim()
	check(c, err)
	c.Say("claimed and taken")
	c.Hear()
	s.fill(i, []message{messageOf(1)})
	ring(s.bell, 1)
	rc.Done()
	c.Say("went on")
	c.Hear()
})
