package ringbuf

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
	"github.com/shmengine/shmengine/internal/testmem"
	"golang.org/x/sys/unix"
)

// barrierCase is a call beside somebody who publishes without a fence. It brings the fence by asking the
// kernel, between two steps of its own.
type barrierCase struct {
	format func(mem []byte) error
	plain  int    // offset of the word that says that there is no fence
	first  int    // offset of the bell that has the bit by then
	second int    // and of the one that has not; 0: there is none
	bit    uint32 // closed, parked or joined
	call   func(c *reexec.Child, s *segment) func()
}

func formatOne(mem []byte) error { _, err := NewSPSC[message](mem, 4); return err }

func formatData(mem []byte) error { _, err := NewBytes(mem, BytesOptions{Capacity: 128}); return err }

func formatMany(mem []byte) error { _, err := NewMPMC[message](mem, Options{Capacity: 4}); return err }

func formatCast(mem []byte) error {
	_, err := NewBroadcast[message](mem, Options{Capacity: 4})
	return err
}

// atItsEnd is a context that lets a wait try, and not sleep.
func atItsEnd() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// The look at the ring that follows the barrier changes nothing that others see: that it is there is pinned
// by the models.
var barrierCases = map[string]barrierCase{
	"close": {formatOne, offPlainPush, offToProducer, offToConsumer, closed, func(c *reexec.Child, s *segment) func() {
		r := made[*SPSC[message]](c)(AttachSPSC[message](s.ring()))
		return func() { _ = r.Close() }
	}},
	"pop": {formatOne, offPlainPush, offToProducer, 0, parked, func(c *reexec.Child, s *segment) func() {
		p := made[*Consumer[message]](c)(made[*SPSC[message]](c)(AttachSPSC[message](s.ring())).Consumer(s.join(c)))
		return func() { _, _ = p.popParked(atItsEnd()) }
	}},
	"push": {formatOne, offPlainPop, offToConsumer, 0, parked, func(c *reexec.Child, s *segment) func() {
		p := made[*Producer[message]](c)(made[*SPSC[message]](c)(AttachSPSC[message](s.ring())).Producer(s.join(c)))
		return func() { _ = p.pushParked(atItsEnd(), message{}) }
	}},
	"close of records": {formatData, offPlainPush, offToProducer, offToConsumer, closed, func(c *reexec.Child, s *segment) func() {
		r := made[*Bytes](c)(AttachBytes(s.ring()))
		return func() { _ = r.Close() }
	}},
	"receive": {formatMany, offManyPlainPush, offToSenders, 0, parked, func(c *reexec.Child, s *segment) func() {
		p := made[*Receiver[message]](c)(made[*MPMC[message]](c)(AttachMPMC[message](s.ring(), Options{})).Receiver(s.join(c)))
		return func() { _ = p.parked(atItsEnd(), func() error { return p.TryPop(new(message)) }) }
	}},
	"send": {formatMany, offManyPlainPop, offToReceivers, 0, parked, func(c *reexec.Child, s *segment) func() {
		p := made[*Sender[message]](c)(made[*MPMC[message]](c)(AttachMPMC[message](s.ring(), Options{})).Sender(s.join(c)))
		return func() { _ = p.pushParked(atItsEnd(), message{}) }
	}},
	"close of a broadcast": {formatCast, offPlainPublish, offToPublisher, offToSubscribers, closed, func(c *reexec.Child, s *segment) func() {
		b := made[*Broadcast[message]](c)(AttachBroadcast[message](s.ring(), Options{}))
		return func() { _ = b.Close() }
	}},
	"subscribe": {formatCast, offPlainPublish, offToPublisher, 0, joined, func(c *reexec.Child, s *segment) func() {
		b, m := made[*Broadcast[message]](c)(AttachBroadcast[message](s.ring(), Options{})), s.join(c)
		return func() { _, _ = b.Subscribe(m, 0) }
	}},
}

// made is v, or the end of the child.
func made[V any](c *reexec.Child) func(v V, err error) V {
	return func(v V, err error) V { check(c, err); return v }
}

// bringer makes the call of a case: its name, and the size of the memory.
var bringer = reexec.Register("bringer", func(c *reexec.Child) {
	n, err := strconv.Atoi(c.Args[1])
	check(c, err)
	s := &segment{testmem.Map(c, c.File(0), n), c.File(0)}
	call := barrierCases[c.Args[0]].call(c, s)
	stepkill.Region(c, call)
})

// TestBarrierIsBrought: who sleeps, closes or joins beside somebody that publishes without a fence asks the
// kernel for a barrier, after the one step that the other must see and before what relies on it; and
// nobody pays for it who need not.
func TestBarrierIsBrought(t *testing.T) {
	barrier := fmt.Sprint("system call ", unix.SYS_MEMBARRIER)
	for name, c := range barrierCases {
		for _, plain := range []uint32{0, 1} {
			t.Run(fmt.Sprint(name, "/", plain), func(t *testing.T) {
				region, file := testmem.Shared(t, tableSize()+1<<14)
				s := &segment{region, file}
				s.join(t) // so that there is a table
				points := stepkill.RunCalls(t, stepkill.Config{
					Child: bringer, Args: []string{name, fmt.Sprint(len(region))}, Files: []*os.File{file},
					Prepare: func() {
						clear(s.ring())
						noError(t, c.format(s.ring()))
						word32(s.ring(), c.plain).Store(plain)
					},
					Verify: func(p stepkill.Point) error {
						is := func(off int) bool { return off != 0 && word32(s.ring(), off).Load()&c.bit != 0 }
						if at := p.Call == "before "+barrier || p.Call == "after "+barrier; at && (!is(c.first) || is(c.second)) {
							return fmt.Errorf("the first step is done: %v, the second: %v", is(c.first), is(c.second))
						}
						return nil
					},
				})
				asked := slices.ContainsFunc(points, func(p stepkill.Point) bool { return p.Call == "after "+barrier })
				if asked != (plain == 1) {
					t.Errorf("it asks for a barrier: %v", asked)
				}
			})
		}
	}
}
