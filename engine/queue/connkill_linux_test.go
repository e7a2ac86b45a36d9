package queue_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
)

// flood dials and sends until it is killed: values that fit into the ring, and some that pass in pieces.
var flood = reexec.Register("flood", func(c *reexec.Child) {
	ctx, cancel := ctxOf()
	defer cancel()
	conn, err := queue.Dial[question, answer](ctx, c.Args[0], queue.ConnOptions{Capacity: 4096})
	check(c, err)
	for i := 0; ; i++ {
		check(c, conn.Send(ctx, questionOf(i)))
	}
})

func questionOf(i int) question {
	q := question{ID: i, Words: []string{fmt.Sprint(i)}, Data: make([]float64, i%7*i%700)}
	for k := range q.Data {
		q.Data[k] = float64(i * k)
	}
	return q
}

// TestDialersKilledAtRandom: whatever a client was doing when it was killed, what came of it is whole,
// in order and without a gap, then there is the error that names it; and the next one is served.
func TestDialersKilledAtRandom(t *testing.T) {
	kills, r := 25, rand.New(rand.NewPCG(11, 13))
	if os.Getenv("SHMENGINE_STRESS") != "" {
		kills = 2000
	}
	l, name := listen(t, queue.ConnOptions{})
	within := 0
	for range kills {
		p := reexec.Start(t, flood, reexec.Options{Args: []string{name}, Timeout: patience})
		c := accept(t, l)
		got, most := 0, 1+r.IntN(300)
		var end error
		for q, err := range c.All(t.Context()) {
			if err != nil {
				end = err
				break
			}
			if !reflect.DeepEqual(q, questionOf(got)) {
				t.Fatalf("value %d is %+v", got, q)
			}
			if got++; got == most {
				p.Kill()
			}
		}
		var died *queue.PeerDiedError
		if !errors.As(end, &died) || died.PID != p.PID() || died.Role != "dialer" || got < most {
			t.Fatalf("after %d values: %v", got, end)
		}
		if died.How != "was killed or exited without Close" {
			within++
		}
		check(t, c.Close())
	}
	t.Logf("%d of %d were killed within a value", within, kills)
}

// TestSilentListener: a listener that was stopped holds Dial up only as long as its context.
func TestSilentListener(t *testing.T) {
	name := leaktest.Name("silent")
	p := reexec.Start(t, sitter, reexec.Options{Args: []string{name}, Arm: []string{"listens"}, Timeout: patience})
	p.WaitAt("listens")
	p.Stop()
	dialled := make(chan error, 1)
	ctx, cancel := ctxOf()
	go func() {
		_, err := queue.Dial[question, answer](ctx, name, queue.ConnOptions{})
		dialled <- err
	}()
	cancel()
	if err := <-dialled; !errors.Is(err, ctx.Err()) {
		t.Errorf("Dial = %v", err)
	}
	p.Cont()
	dial(t, name, queue.ConnOptions{})
	p.Kill()
	mustSweep(t, name)
}

// mustSweep makes sure that a name whose listener was killed is found and freed, and that of one that
// lives is not.
func mustSweep(t *testing.T, name string) {
	t.Helper()
	lives := leaktest.Name("lives")
	l, err := queue.Listen[answer, question](lives, queue.ConnOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, remove := range []bool{false, true} {
		dead, err := queue.SweepListeners(remove)
		if err != nil || !slices.Contains(dead, name) || slices.Contains(dead, lives) {
			t.Errorf("SweepListeners(%v) = %q, %v", remove, dead, err)
		}
	}
	if dead, err := queue.SweepListeners(true); err != nil || slices.Contains(dead, name) {
		t.Errorf("swept again: %q, %v", dead, err)
	}
	dial(t, lives, queue.ConnOptions{})
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if dead, err := queue.SweepListeners(true); err != nil || slices.Contains(dead, lives) {
		t.Errorf("swept after Close: %q, %v", dead, err)
	}
}
