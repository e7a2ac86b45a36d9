package ringbuf

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/reexec"
)

// TestMPMCKill9 kills senders and receivers in the middle of it, and starts others: of each value
// that was pushed none is lost, and nothing comes from nowhere.
func TestMPMCKill9(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for round := range rounds(4, 125) {
		killSome(t, rng, []int{1, 4, 64}[round%3], round%2*7)
	}
}

// killSpan is how many values each sender has in TestMPMCKill9: more than it gets to.
const killSpan = 1 << 40

// killSome kills four senders and four receivers, one after the other, each at any time.
func killSome(t *testing.T, rng *rand.Rand, capacity, batch int) {
	p := newPlaza(t, Options{Capacity: capacity}, 1, rng.Uint64())
	r, m := p.here(t)
	var procs []*reexec.Proc
	for i := range 4 {
		procs = append(procs, p.run(t, pusher, batch, i*killSpan, (i+1)*killSpan), p.run(t, poppers, batch))
	}
	for _, q := range procs {
		q.WaitAt("ready")
	}
	s := must[*Sender[message]](t)(r.Sender(m))
	c := must[*Receiver[message]](t)(r.Receiver(m))
	ctx, cancel := context.WithTimeout(t.Context(), watchdog)
	defer cancel()
	popped := make(chan error)
	go func() { popped <- popAllOf(ctx, c, batch, killSpan, func(uint64) {}) }()
	for i, k := range rng.Perm(len(procs)) {
		time.Sleep(time.Duration(rng.IntN(300)) * time.Microsecond)
		procs[k].Kill()
		if err := s.Push(ctx, messageOf(7*killSpan+uint64(i))); err != nil { // who is left goes on
			t.Fatalf("push: %v", err)
		}
	}
	cancel()
	if err := <-popped; err != context.Canceled {
		t.Fatalf("pop: %v", err)
	}
	if err := wholeMPMC(s, c, m); err != nil {
		t.Fatal(err)
	}
}

// poppers pops for ever.
var poppers = reexec.Register("poppers", func(c *reexec.Child) {
	_, r, m := visit(c)
	rc, err := r.Receiver(m)
	check(c, err)
	c.At("ready")
	check(c, popAllOf(context.Background(), rc, int(arg(c, 2)), killSpan, func(uint64) {}))
})

// wholeMPMC drains the ring of the dead and fills it again: nothing is torn, and the capacity is
// whole.
func wholeMPMC(s *Sender[message], c *Receiver[message], m *member.Member) error {
	r := s.ring
	r.Repair(m)
	if r.Repair(m) {
		return errors.New("there was something to repair twice")
	}
	var v message
	err := error(nil)
	for n := 0; err == nil; n++ {
		if err = c.TryPop(&v); err == nil && (v != messageOf(v[0]) || n > r.Cap()) {
			return fmt.Errorf("value %d of what was left is %v", n, v)
		}
	}
	if err != ErrEmpty || r.Len() != 0 {
		return fmt.Errorf("drained: %v, Len %d", err, r.Len())
	}
	for lap := range uint64(2) {
		n := uint64(0)
		for ; s.TryPush(messageOf(n)) == nil; n++ {
		}
		if n != r.size || r.Len() != r.Cap() {
			return fmt.Errorf("lap %d: %d values fit, Len %d, Cap %d", lap, n, r.Len(), r.Cap())
		}
		for i := range n {
			if err := c.TryPop(&v); err != nil || v != messageOf(i) {
				return fmt.Errorf("lap %d: value %d is %v: %w", lap, i, v, err)
			}
		}
	}
	if err := c.TryPop(&v); err != ErrEmpty {
		return fmt.Errorf("one more: %v, %w", v, err)
	}
	return nil
}

// TestMPMCPeerDies: who waits for the dead alone is told, in Push and in Pop, awake and asleep.
func TestMPMCPeerDies(t *testing.T) {
	for _, asleep := range []bool{false, true} {
		p := newPlaza(t, Options{Capacity: 1}, 1, 0)
		r, m := p.here(t)
		c := must[*Receiver[message]](t)(r.Receiver(m))
		q := p.run(t, sitter, "send")
		q.Expect("seated")
		err := whenAsleep(asleep, r.toSenders, func() { q.Kill() }, func() error { _, err := c.Pop(t.Context()); return err })
		if err != ErrPeerDied {
			t.Errorf("pop, asleep %t: %v, want ErrPeerDied", asleep, err)
		}
		s := must[*Sender[message]](t)(r.Sender(m))
		c.Release()
		if err := s.Push(t.Context(), messageOf(0)); err != nil {
			t.Fatal(err)
		}
		q = p.run(t, sitter, "receive")
		q.Expect("seated")
		err = whenAsleep(asleep, r.toReceivers, func() { q.Kill() }, func() error { return s.Push(t.Context(), messageOf(1)) })
		if err != ErrPeerDied {
			t.Errorf("push, asleep %t: %v, want ErrPeerDied", asleep, err)
		}
	}
}

// sitter has a seat and does nothing.
var sitter = reexec.Register("sitter", func(c *reexec.Child) {
	_, r, m := visit(c)
	var err error
	if c.Args[2] == "send" {
		_, err = r.Sender(m)
	} else {
		_, err = r.Receiver(m)
	}
	check(c, err)
	c.Say("seated")
	c.Hear()
})

func whenAsleep(asleep bool, bell *atomic.Uint32, kill func(), call func() error) error {
	if !asleep {
		kill()
		return call()
	}
	go func() {
		untilParked(bell.Load)
		kill()
	}()
	return call()
}
