package queue_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
)

// worker notes each item in a file before it is done.
var worker = reexec.Register("worker", func(c *reexec.Child) {
	ctx, cancel := ctxOf()
	defer cancel()
	f, err := os.OpenFile(c.Args[1], os.O_WRONLY|os.O_APPEND, 0)
	check(c, err)
	r, err := queue.Receive[item](ctx, c.Args[0], queue.Options{Capacity: 8})
	check(c, err)
	c.At("entered")
	check(c, note(ctx, r, f))
	check(c, r.Close())
})

func note(ctx context.Context, r *queue.Receiver[item], f *os.File) error {
	for v, err := range r.All(ctx) {
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(f, v.Number); err != nil {
			return err
		}
	}
	return nil
}

// Receivers are killed one after the other, wherever they are; what was put is done at least once.
func TestReceiversKilledAtRandom(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	items, name := 400, leaktest.Name("random")
	if os.Getenv("SHMENGINE_STRESS") != "" {
		items = 20000
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "notes"))
	check(t, err)
	defer f.Close()
	// All say the capacity: whoever comes first decides it.
	run := func() *reexec.Proc {
		return reexec.Start(t, worker, reexec.Options{Args: []string{name, f.Name()}, Timeout: patience})
	}
	keeper, victim := run(), run()
	s, err := queue.Send[item](ctx, name, queue.Options{Capacity: 8, Receivers: 2})
	check(t, err)
	for i := range items {
		check(t, s.Put(ctx, item{0, int64(i), 0}))
		if i%100 == 60 {
			victim.Kill()
			victim = run()
		}
	}
	victim.WaitAt("entered") // before the queue ends: it would begin another
	check(t, s.Join(ctx))
	check(t, s.Close())
	keeper.Wait()
	victim.Wait()
	b, err := os.ReadFile(f.Name())
	check(t, err)
	seen := map[string]bool{}
	for _, n := range strings.Fields(string(b)) {
		seen[n] = true
	}
	if len(seen) != items {
		t.Errorf("%d of %d items were done", len(seen), items)
	}
	absent(t, name)
}

// One sender is killed, the other closes: the receiver gets what there is, and then is told.
func TestOneOfTwoSendersKilled(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	name, o := leaktest.Name("half"), queue.Options{Senders: 2, Receivers: 1}
	p := startArmed(t, []string{"entered"}, source, name, o, 1, 1)
	s, r := ends[item](t, ctx, name, o)
	p.WaitAt("entered")
	p.Kill()
	check(t, s.Put(ctx, item{Number: 3}))
	check(t, s.Close())
	if v, err := r.Get(ctx); v.Number != 3 || err != nil {
		t.Errorf("Get = %+v, %v", v, err)
	}
	var died *queue.PeerDiedError
	if _, err := r.Get(ctx); !errors.As(err, &died) || died.PID != p.PID() || died.Died != 1 || died.Items != 0 {
		t.Errorf("the end is %v", err)
	}
	check(t, r.Close())
	absent(t, name)
}
