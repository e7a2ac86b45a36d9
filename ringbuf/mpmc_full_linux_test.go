package ringbuf

import (
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
)

// fuller works on a cell until it is killed: it claims one, or takes a value.
var fuller = reexec.Register("fuller", func(c *reexec.Child) {
	_, r, m := visit(c)
	if c.Args[2] == "sender" {
		s, err := r.Sender(m)
		check(c, err)
		_, err = s.claim()
		check(c, err)
	} else {
		rc, err := r.Receiver(m)
		check(c, err)
		check(c, rc.TryTake(new(message)))
	}
	c.Say("holds")
	c.Hear()
})

// TestMPMCKillFull: the ring is full when a sender, or a receiver, is killed that works on one of
// its cells, while a push sleeps. All values of the others come, and the capacity is whole.
func TestMPMCKillFull(t *testing.T) {
	for who, pushed := range map[string]uint64{"sender": 3, "receiver": 4} {
		t.Run(who, func(t *testing.T) {
			p := newPlaza(t, Options{Capacity: 4}, 1, 1<<64-2)
			r, m := p.here(t)
			s := must[*Sender[message]](t)(r.Sender(m))
			c := must[*Receiver[message]](t)(r.Receiver(m))
			for i := range pushed {
				if err := s.TryPush(messageOf(i)); err != nil {
					t.Fatal(err)
				}
			}
			child := p.run(t, fuller, who)
			child.Expect("holds")
			if err := s.TryPush(message{}); err != ErrFull {
				t.Fatalf("push to a full ring: %v", err)
			}
			ended := make(chan error)
			go func() { ended <- s.Push(t.Context(), messageOf(pushed)) }()
			untilAsleep(r.toReceivers, 1)
			child.Kill()
			seen := uint64(0)
			for range pushed + 1 {
				v, err := c.Pop(t.Context())
				if err != nil || v != messageOf(v[0]) || seen&(1<<v[0]) != 0 {
					t.Fatalf("pop: %v, %v; seen %b", v, err, seen)
				}
				seen |= 1 << v[0]
			}
			if err := <-ended; err != nil || seen != 1<<(pushed+1)-1 {
				t.Fatalf("push: %v; seen %b", err, seen)
			}
			if err := wholeMPMC(s, c, m); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestMPMCTellsStrays: who has looked for the values of the dead looks again when there are more.
func TestMPMCTellsStrays(t *testing.T) {
	x := heapCrowd(t, Options{Capacity: 4})
	for i := range uint64(3) {
		victim := must[*Receiver[message]](t)(x.Receiver(x.town.member(3)))
		must[int](t)(x.s.TryPushBatch([]message{messageOf(2 * i), messageOf(2*i + 1)}))
		if err := victim.TryTake(new(message)); err != nil {
			t.Fatal(err)
		}
		var v message
		if err := x.c.TryPop(&v); err != nil || v != messageOf(2*i+1) {
			t.Fatalf("beside the taken value: %v, %v", v, err)
		}
		if err := x.c.TryPop(&v); err != ErrEmpty {
			t.Fatalf("before the death: %v", err)
		}
		x.town.dead[3].Store(true)
		if !x.Repair(x.sm) {
			t.Fatal("nothing to repair")
		}
		if err := x.c.TryPop(&v); err != nil || v != messageOf(2*i) || x.c.Seq() != 2*i {
			t.Fatalf("what the dead had taken: %v, %v", v, err)
		}
		x.town.dead[3].Store(false)
	}
}
