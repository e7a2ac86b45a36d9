package ringbuf

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

const endless = "1000000000000"

// TestKill9 kills one side in each state it can be in, and goes on as its successor.
func TestKill9(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for k, h := range hows {
		for round := range rounds(3, 100) {
			atWork := time.Duration(rng.IntN(2000)) * time.Microsecond
			t.Run(fmt.Sprint("producer/", h.name, "/", round), func(t *testing.T) { killProducer(t, k, atWork) })
			t.Run(fmt.Sprint("consumer/", h.name, "/", round), func(t *testing.T) { killConsumer(t, k, atWork) })
		}
		t.Run("producer asleep/"+h.name, func(t *testing.T) { killProducer(t, k, 0) })
		t.Run("consumer asleep/"+h.name, func(t *testing.T) { killConsumer(t, k, 0) })
	}
}

// killProducer kills the sender at work, or asleep on a full ring if atWork is 0.
func killProducer(t *testing.T, k int, atWork time.Duration) {
	s := newSegment(t, 8)
	r, m := s.here(t)
	p := s.start(t, sender, "8", fmt.Sprint(k), "0", endless)
	p.WaitAt("ready")
	c := must[*Consumer[message]](t)(r.Consumer(m))
	if atWork == 0 {
		untilParked(r.toConsumer.Load)
		if r.Len() != r.Cap() {
			t.Errorf("asleep with %d of %d", r.Len(), r.Cap())
		}
		p.Kill()
	}
	err := killDuring(p, atWork, func() error {
		v, err := c.Pop(t.Context())
		if err == nil && v != messageOf(c.Seq()-1) {
			err = fmt.Errorf("message %d is %v", c.Seq()-1, v)
		}
		return err
	})
	if err != ErrPeerDied {
		t.Fatalf("pop: %v, want ErrPeerDied", err)
	}
	goOn(t, must[*Producer[message]](t)(r.Producer(m)), c)
}

// killConsumer kills the receiver at work, or asleep on an empty ring if atWork is 0.
func killConsumer(t *testing.T, k int, atWork time.Duration) {
	s := newSegment(t, 8)
	r, m := s.here(t)
	p := s.start(t, receiver, "8", fmt.Sprint(k), "0", endless)
	p.WaitAt("ready")
	prod := must[*Producer[message]](t)(r.Producer(m))
	if atWork == 0 {
		untilParked(r.toProducer.Load)
		p.Kill()
	}
	err := killDuring(p, atWork, func() error { return prod.Push(t.Context(), messageOf(prod.next)) })
	if err != ErrPeerDied || r.Len() != r.Cap() {
		t.Fatalf("push: %v with %d of %d, want ErrPeerDied and a full ring", err, r.Len(), r.Cap())
	}
	goOn(t, prod, must[*Consumer[message]](t)(r.Consumer(m)))
}

// killDuring calls until an error comes, and kills p after a while; not if the while is 0: it is
// dead already. then is done when it is dead.
func killDuring(p *reexec.Proc, after time.Duration, call func() error, then ...func()) error {
	ended := make(chan error)
	go func() {
		var err error
		for err == nil {
			err = call()
		}
		ended <- err
	}()
	if after > 0 {
		time.Sleep(after)
		p.Kill()
	}
	for _, f := range then {
		f()
	}
	return <-ended
}

// goOn drains the ring and fills it again: nothing is missing, torn or repeated, and its capacity
// is whole.
func goOn(t *testing.T, p *Producer[message], c *Consumer[message]) {
	t.Helper()
	if err := whole(p, c); err != nil {
		t.Fatal(err)
	}
	p.Release()
	c.Release()
}

func whole(p *Producer[message], c *Consumer[message]) error {
	for {
		var v message
		err := c.TryPop(&v)
		if err == ErrEmpty {
			break
		}
		if err != nil || v != messageOf(c.Seq()-1) {
			return fmt.Errorf("message %d is %v: %v", c.Seq()-1, v, err)
		}
	}
	if p.next != c.next {
		return fmt.Errorf("the producer is at %d, the consumer at %d of a drained ring", p.next, c.next)
	}
	if err := oneAlone(p, c); err != nil {
		return err
	}
	n := 0
	for p.TryPush(messageOf(p.next)) == nil {
		n++
	}
	if n != p.ring.Cap() || p.ring.Len() != n {
		return fmt.Errorf("%d messages fit, Len %d, Cap %d", n, p.ring.Len(), p.ring.Cap())
	}
	var v message
	for c.TryPop(&v) == nil {
		if v != messageOf(c.Seq()-1) {
			return fmt.Errorf("message %d is %v", c.Seq()-1, v)
		}
	}
	return nil
}

// stepped does one operation in a region that is stepped through. The ring has capacity 4; the test
// has put two messages in it.
var stepped = reexec.Register("stepped", func(c *reexec.Child) {
	r, m := attach(c)
	fast := plainStores && c.Args[2] == "plain" && registerBarrier()
	switch c.Args[1] {
	case "claim":
		stepkill.Region(c, func() { _, _ = r.Producer(m); _, _ = r.Consumer(m) })
	case "push", "pushBatch":
		p, err := r.Producer(m)
		check(c, err)
		if p.fast = fast; fast {
			goPlain(r.plainPush)
		}
		two := []message{messageOf(p.next), messageOf(p.next + 1)}
		switch c.Args[1] {
		case "push":
			stepkill.Region(c, func() { _ = p.TryPush(two[0]) })
		case "pushBatch":
			stepkill.Region(c, func() { _, _ = p.TryPushBatch(two) })
		}
	case "pop", "popBatch":
		p, err := r.Consumer(m)
		check(c, err)
		if p.fast = fast; fast {
			goPlain(r.plainPop)
		}
		two := make([]message, 2)
		switch c.Args[1] {
		case "pop":
			stepkill.Region(c, func() { _ = p.TryPop(&two[0]) })
		case "popBatch":
			stepkill.Region(c, func() { _, _ = p.TryPopBatch(two) })
		}
	}
})

// TestKilledAtEachInstruction: after each instruction of an operation, whole is true of what a
// killed process leaves. They are killed after every one that a survivor can tell from the one before, push and
// pop by all that is left.
func TestKilledAtEachInstruction(t *testing.T) {
	for _, c := range []stepCase{
		{"push", "plain", false, true}, {"pop", "plain", false, true}, {"push", "fenced", false, false}, {"pop", "fenced", false, false},
		{"push", "plain", true, false}, {"pop", "plain", true, false}, {"pushBatch", "plain", false, false},
		{"pushBatch", "fenced", true, false}, {"popBatch", "plain", false, false}, {"claim", "fenced", false, false},
	} {
		t.Run(fmt.Sprint(c.op, "/", c.mode, "/parked=", c.parked), func(t *testing.T) {
			s := newSegment(t, 4)
			m := s.join(t)
			cfg := stepkill.Config{
				Child: stepped, Args: []string{"4", c.op, c.mode}, Files: []*os.File{s.file},
				Prepare: func() { c.prepare(t, s, m) },
				Verify: func(p stepkill.Point) error {
					_, err := m.Reap()
					r, aerr := AttachSPSC[message](s.ring())
					if err := errors.Join(err, aerr); err != nil {
						return err
					}
					return survive(r, m, c.op, p)
				},
			}
			if cfg.File = s.file; !c.every {
				cfg.File, cfg.Watch = nil, s.region
			}
			t.Logf("%d kills", stepkill.Run(t, cfg))
		})
	}
}

// stepCase is one operation to be killed in.
type stepCase struct {
	op, mode string
	parked   bool // the other side seems to sleep, so that a wake is due
	every    bool // at every instruction, not only where a survivor could tell
}

// prepare makes a ring with two messages, in which a batch of two wraps, and so does its sequence
// number.
func (c stepCase) prepare(t *testing.T, s *segment, m *member.Member) {
	r := must[*SPSC[message]](t)(newSPSC[message](s.ring(), 4, 1<<64-3))
	p := must[*Producer[message]](t)(r.Producer(m))
	must[int](t)(p.TryPushBatch([]message{messageOf(p.next), messageOf(p.next + 1)}))
	p.Release()
	if c.parked {
		r.toProducer.Or(parked)
		r.toConsumer.Or(parked)
	}
}
