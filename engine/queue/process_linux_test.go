package queue_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
)

// patience ends what hangs.
const patience = 5 * time.Minute

type item struct {
	Sender, Number int64
	Twice          float64
}

func ctxOf() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), patience)
}

func arg(c *reexec.Child, i int) int {
	n, err := strconv.Atoi(c.Args[i])
	if err != nil {
		c.Fatalf("argument %d: %v", i, err)
	}
	return n
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func check(f failer, err error) {
	f.Helper()
	if err != nil {
		f.Fatalf("%v", err)
	}
}

// Children. Their first arguments: the name of the queue, the senders and receivers that it is to
// have, the capacity.
var (
	// source puts items: its number, how many.
	source = reexec.Register("source", func(c *reexec.Child) {
		ctx, cancel := ctxOf()
		defer cancel()
		s, err := queue.Send[item](ctx, c.Args[0], options(c))
		check(c, err)
		c.At("entered")
		for i := range arg(c, 5) {
			check(c, s.Put(ctx, item{int64(arg(c, 4)), int64(i), 2 * float64(i)}))
			c.At("put")
		}
		check(c, s.Close())
	})

	// leaver is source that exits without Close.
	leaver = reexec.Register("leaver", func(c *reexec.Child) {
		ctx, cancel := ctxOf()
		defer cancel()
		s, err := queue.Send[item](ctx, c.Args[0], options(c))
		check(c, err)
		for i := range arg(c, 5) {
			check(c, s.Put(ctx, item{int64(arg(c, 4)), int64(i), 2 * float64(i)}))
		}
		os.Exit(0)
	})

	// sink gets items until the end and says which.
	sink = reexec.Register("sink", func(c *reexec.Child) {
		ctx, cancel := ctxOf()
		defer cancel()
		r, err := queue.Receive[item](ctx, c.Args[0], options(c))
		check(c, err)
		c.At("entered")
		for v, err := range r.All(ctx) {
			check(c, err)
			if v.Twice != 2*float64(v.Number) {
				c.Fatalf("item %+v", v)
			}
			c.Say(fmt.Sprintf("%d/%d", v.Sender, v.Number))
			c.At("held")
		}
		check(c, r.Close())
		c.Say("end")
	})
)

func options(c *reexec.Child) queue.Options {
	return queue.Options{Senders: arg(c, 1), Receivers: arg(c, 2), Capacity: arg(c, 3)}
}

func start(t *testing.T, child, name string, o queue.Options, more ...int) *reexec.Proc {
	return startArmed(t, nil, child, name, o, more...)
}

func startArmed(t *testing.T, arm []string, child, name string, o queue.Options, more ...int) *reexec.Proc {
	args := []string{name, fmt.Sprint(o.Senders), fmt.Sprint(o.Receivers), fmt.Sprint(o.Capacity)}
	for _, n := range more {
		args = append(args, fmt.Sprint(n))
	}
	return reexec.Start(t, child, reexec.Options{Args: args, Arm: arm, Timeout: patience})
}

// heard counts what a sink says, until its end.
func heard(p *reexec.Proc, times map[string]int) {
	for s := p.Hear(); s != "end"; s = p.Hear() {
		times[s]++
	}
}

func TestExactlyOnce(t *testing.T) {
	const n, each = 4, 200
	name, o := leaktest.Name("once"), queue.Options{Senders: n, Receivers: n, Capacity: 16}
	var sources, sinks []*reexec.Proc
	for i := range n {
		sources = append(sources, start(t, source, name, o, i, each))
		sinks = append(sinks, start(t, sink, name, o))
	}
	times := map[string]int{}
	for _, p := range sinks {
		heard(p, times)
	}
	for _, p := range append(sources, sinks...) {
		p.Wait()
	}
	if len(times) != n*each {
		t.Errorf("%d items came, want %d", len(times), n*each)
	}
	for s, k := range times {
		if k != 1 {
			t.Errorf("item %s came %d times", s, k)
		}
	}
	absent(t, name)
}

// absent fails the test if the queue has left its arena.
func absent(t *testing.T, name string) {
	t.Helper()
	if _, err := os.Stat("/dev/shm/shmarena-" + name + ".queue"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the arena is still there: %v", err)
	}
}

func TestItemsOutliveTheirSender(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	name := leaktest.Name("outlive")
	p := start(t, leaver, name, queue.Options{}, 1, 100)
	r, err := queue.Receive[item](ctx, name, queue.Options{})
	check(t, err)
	p.Wait()
	got := 0
	for v, err := range r.All(ctx) {
		if err != nil {
			var died *queue.PeerDiedError
			if !errors.As(err, &died) || died.Role != "sender" || died.PID == 0 || died.PID == os.Getpid() {
				t.Errorf("the end is %v", err)
			}
			break
		}
		if v.Number != int64(got) {
			t.Errorf("item %d is %+v", got, v)
		}
		got++
	}
	if got != 100 {
		t.Errorf("%d items came", got)
	}
	check(t, r.Close())
	absent(t, name)
}

func TestReceiverKilledWithAnItem(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	name, o := leaktest.Name("redeliver"), queue.Options{Receivers: 1}
	p := startArmed(t, []string{"held"}, sink, name, o)
	s, err := queue.Send[item](ctx, name, o)
	check(t, err)
	check(t, s.Put(ctx, item{1, 7, 14}))
	p.WaitAt("held")
	p.Kill()
	var died *queue.PeerDiedError
	if err := s.Join(ctx); !errors.As(err, &died) || died.PID != p.PID() || died.Role != "receiver" || died.Items != 1 {
		t.Fatalf("Join = %v", err)
	}
	joined := make(chan error, 1)
	r, err := queue.Receive[item](ctx, name, o)
	check(t, err)
	go func() { joined <- s.Join(ctx) }()
	v, err := r.Get(ctx)
	if err != nil || v != (item{1, 7, 14}) {
		t.Fatalf("Get = %+v, %v", v, err)
	}
	check(t, r.Done())
	check(t, <-joined)
	check(t, r.Close())
	check(t, s.Close())
	absent(t, name)
}

func TestJoinWakesWhenTheReceiverIsKilled(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	name := leaktest.Name("joinkill")
	p := startArmed(t, []string{"held"}, sink, name, queue.Options{})
	s, err := queue.Send[item](ctx, name, queue.Options{})
	check(t, err)
	check(t, s.Put(ctx, item{}))
	p.WaitAt("held")
	joined := make(chan error, 1)
	go func() { joined <- s.Join(ctx) }()
	p.Kill()
	if err := <-joined; !errors.Is(err, queue.ErrPeerDied) {
		t.Errorf("Join = %v", err)
	}
	if err := s.Close(); !errors.Is(err, queue.ErrUndelivered) {
		t.Errorf("Close = %v", err)
	}
	absent(t, name)
}

// All processes of a queue are killed; the next one of its name begins anew, with another type even.
func TestDeadQueueIsReplaced(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	name := leaktest.Name("replaced")
	p := startArmed(t, []string{"put"}, source, name, queue.Options{}, 1, 5)
	q := startArmed(t, []string{"held"}, sink, name, queue.Options{})
	p.WaitAt("put")
	q.WaitAt("held")
	p.Kill()
	q.Kill()
	if _, err := os.Stat("/dev/shm/shmarena-" + name + ".queue"); err != nil {
		t.Fatal(err)
	}
	pair(t, ctx, name, func(s *queue.Sender[int32], r *queue.Receiver[int32]) {
		check(t, s.Put(ctx, 5))
		if v, err := r.Get(ctx); v != 5 || err != nil {
			t.Errorf("Get = %d, %v", v, err)
		}
	})
	absent(t, name)
}

func TestNameRace(t *testing.T) {
	const n = 8
	name, o := leaktest.Name("race"), queue.Options{Senders: n, Receivers: n, Capacity: 8}
	var all []*reexec.Proc
	for i := range n {
		all = append(all, start(t, source, name, o, i, 3), start(t, sink, name, o))
	}
	times := map[string]int{}
	for i := 1; i < len(all); i += 2 {
		heard(all[i], times)
	}
	for _, p := range all {
		p.Wait()
	}
	if len(times) != 3*n {
		t.Errorf("%d items came, want %d", len(times), 3*n)
	}
	absent(t, name)
}
