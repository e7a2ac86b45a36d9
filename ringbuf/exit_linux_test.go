package ringbuf

import (
	"context"
	"os"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
)

// quitter is a process that ends while one of its goroutines sleeps in a push or a pop.
var quitter = reexec.Register("quitter", func(c *reexec.Child) {
	_, r, m := visit(c)
	s, err := r.Sender(m)
	check(c, err)
	rc, err := r.Receiver(m)
	check(c, err)
	go func() {
		if c.Args[2] == "push" {
			_ = s.Push(context.Background(), messageOf(99))
		} else {
			_, _ = rc.Pop(context.Background())
		}
		c.Fatalf("a %s that should wait came back", c.Args[2])
	}()
	if c.Hear() == "panic" {
		panic("on purpose")
	}
	os.Exit(7)
})

// TestEndsWhileBlocked: a goroutine that sleeps in a push or a pop keeps its process neither from
// exiting nor from panicking, and the ring goes on without it.
func TestEndsWhileBlocked(t *testing.T) {
	for _, how := range []string{"exit", "panic"} {
		t.Run("pop/"+how, func(t *testing.T) { endBlocked(t, "pop", how, 0) })
		t.Run("push/"+how, func(t *testing.T) { endBlocked(t, "push", how, 4) })
	}
}

// endBlocked has a process end that waits for a ring of 4 which holds so many values.
func endBlocked(t *testing.T, op, how string, values uint64) {
	p := newPlaza(t, Options{Capacity: 4}, 1, 0)
	r, m := p.here(t)
	s := must[*Sender[message]](t)(r.Sender(m))
	rc := must[*Receiver[message]](t)(r.Receiver(m))
	for i := range values {
		noError(t, s.TryPush(messageOf(i)))
	}
	child := p.run(t, quitter, op)
	bell := r.toSenders // receivers sleep on it
	if op == "push" {
		bell = r.toReceivers
	}
	untilAsleep(bell, 1)
	child.Say(how)
	if st := child.Wait(); st.Code != map[string]int{"exit": 7, "panic": 2}[how] {
		t.Errorf("it ended with %v", st)
	}
	var v message
	for i := range values {
		if err := rc.TryPop(&v); err != nil || v != messageOf(i) {
			t.Fatalf("pop %d: %v, %v", i, v, err)
		}
	}
	if err := rc.TryPop(&v); err != ErrEmpty {
		t.Fatalf("one more: %v, %v", v, err)
	}
	noError(t, fits(r, s, rc))
}
