package queue_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
)

type question struct {
	ID    int
	Words []string
	Data  []float64
}

type answer struct {
	ID   int
	Text string
}

type (
	server = queue.Listener[answer, question]
	client = queue.Conn[question, answer]
	served = queue.Conn[answer, question]
)

func listen(t *testing.T, o queue.ConnOptions) (*server, string) {
	t.Helper()
	name := leaktest.Name("conn")
	l, err := queue.Listen[answer, question](name, o)
	check(t, err)
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(queue.SocketPath(name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the socket is still there: %v", err)
		}
	})
	return l, name
}

func dial(t *testing.T, name string, o queue.ConnOptions) *client {
	t.Helper()
	ctx, cancel := ctxOf()
	defer cancel()
	c, err := queue.Dial[question, answer](ctx, name, o)
	check(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func accept(t *testing.T, l *server) *served {
	t.Helper()
	ctx, cancel := ctxOf()
	defer cancel()
	c, err := l.Accept(ctx)
	check(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// asker dials and asks: the name, how many times, the key.
var asker = reexec.Register("asker", func(c *reexec.Child) {
	ctx, cancel := ctxOf()
	defer cancel()
	conn, err := queue.Dial[question, answer](ctx, c.Args[0], queue.ConnOptions{Key: []byte(c.Args[2])})
	check(c, err)
	for i := range arg(c, 1) {
		check(c, conn.Send(ctx, question{i, []string{"how", "many", fmt.Sprint(i)}, make([]float64, i)}))
		a, err := conn.Receive(ctx)
		check(c, err)
		if want := (answer{i, fmt.Sprintf("how many %d: %d", i, i)}); a != want {
			c.Fatalf("%+v, want %+v", a, want)
		}
		c.At("asked")
	}
	check(c, conn.Close())
})

func serve(ctx context.Context, c *served) error {
	for q, err := range c.All(ctx) {
		if err != nil {
			return err
		}
		if err := c.Send(ctx, answer{q.ID, fmt.Sprintf("%s: %d", strings.Join(q.Words, " "), len(q.Data))}); err != nil {
			return err
		}
	}
	return c.Close()
}

func TestConnPrograms(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	l, name := listen(t, queue.ConnOptions{Key: []byte("secret")})
	var all []*reexec.Proc
	ended := make(chan error, 3)
	for range cap(ended) {
		all = append(all, reexec.Start(t, asker, reexec.Options{Args: []string{name, "200", "secret"}, Timeout: patience}))
	}
	for range all {
		c := accept(t, l)
		if !slices.ContainsFunc(all, func(p *reexec.Proc) bool { return p.PID() == c.PID() }) {
			t.Errorf("process %d has connected, which is none of ours", c.PID())
		}
		go func() { ended <- serve(ctx, c) }()
	}
	for _, p := range all {
		check(t, <-ended)
		p.Wait()
	}
}

// What a client sent that was gone before Accept is received, and then it is closed.
func TestConnBeforeAccept(t *testing.T) {
	l, name := listen(t, queue.ConnOptions{})
	c := dial(t, name, queue.ConnOptions{})
	q := question{7, []string{"early", ""}, []float64{1}}
	check(t, c.Send(t.Context(), q))
	check(t, c.Close())
	check(t, c.Close())
	s := accept(t, l)
	for range 2 {
		check(t, s.Poll(t.Context()))
	}
	if got, err := s.Receive(t.Context()); err != nil || !reflect.DeepEqual(got, q) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.Receive(t.Context()); err != queue.ErrClosed {
		t.Errorf("the end is %v", err)
	}
	if err := s.Send(t.Context(), answer{}); err != queue.ErrClosed {
		t.Errorf("Send to who has closed = %v", err)
	}
	if err := c.Send(t.Context(), q); err != queue.ErrClosed {
		t.Errorf("Send of a closed one = %v", err)
	}
}

func TestConnHalfClose(t *testing.T) {
	l, name := listen(t, queue.ConnOptions{})
	c, s := dial(t, name, queue.ConnOptions{}), accept(t, l)
	check(t, c.Send(t.Context(), question{ID: 1}))
	check(t, c.CloseSend())
	for q, err := range s.All(t.Context()) {
		check(t, err)
		check(t, s.Send(t.Context(), answer{ID: q.ID + 1}))
	}
	check(t, s.Close())
	if a, err := c.Receive(t.Context()); a.ID != 2 || err != nil {
		t.Errorf("%+v, %v", a, err)
	}
}

// Values that cannot be sent take no room, and the next ones pass.
func TestConnUnsendable(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	name := leaktest.Name("unsendable")
	l, err := queue.Listen[int, []time.Time](name, queue.ConnOptions{MaxMessage: 2000})
	check(t, err)
	defer l.Close()
	c, err := queue.Dial[[]time.Time, int](ctx, name, queue.ConnOptions{MaxMessage: 1000})
	check(t, err)
	defer c.Close()
	far := time.Now().In(time.FixedZone("far", 1e9))
	if err := c.Send(ctx, []time.Time{{}, far}); !errors.Is(err, queue.ErrValue) || !strings.Contains(err.Error(), "[1]") {
		t.Errorf("Send of a time that has no bytes = %v", err)
	}
	if err := c.Send(ctx, make([]time.Time, 100)); !errors.Is(err, queue.ErrTooLarge) {
		t.Errorf("Send of too many = %v", err)
	}
	check(t, c.Send(ctx, make([]time.Time, 10)))
	s, err := l.Accept(ctx)
	check(t, err)
	defer s.Close()
	if v, err := s.Receive(ctx); len(v) != 10 || err != nil {
		t.Errorf("%v, %v", v, err)
	}
}

func TestConnContext(t *testing.T) {
	l, name := listen(t, queue.ConnOptions{})
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Accept(done); !errors.Is(err, context.Canceled) {
		t.Errorf("Accept = %v", err)
	}
	if _, err := queue.Dial[question, answer](done, name, queue.ConnOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Dial = %v", err)
	}
	c, s := dial(t, name, queue.ConnOptions{Capacity: 1024}), accept(t, l)
	if _, err := s.Receive(done); !errors.Is(err, context.Canceled) {
		t.Errorf("Receive = %v", err)
	}
	sent := 0
	for ; sent < 1000; sent++ {
		if err := c.Send(done, question{ID: sent}); err != nil {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Send = %v", err)
			}
			break
		}
	}
	if sent == 0 || sent == 1000 {
		t.Errorf("%d values were sent into 1024 bytes", sent)
	}
	for i := range sent { // at once, also with a context that is done
		if q, err := s.Receive(done); q.ID != i || err != nil {
			t.Errorf("%+v, %v; want %d", q, err, i)
		}
	}
}

// half sends one value and half of another, until it is killed.
var half = reexec.Register("half", func(c *reexec.Child) {
	ctx, cancel := ctxOf()
	defer cancel()
	conn, err := queue.Dial[question, answer](ctx, c.Args[0], queue.ConnOptions{Capacity: 4096})
	check(c, err)
	check(c, conn.Send(ctx, question{ID: 1}))
	check(c, conn.Send(ctx, question{ID: 2, Data: make([]float64, 1<<17)}))
})

func TestConnPeerKilledWithinAValue(t *testing.T) {
	l, name := listen(t, queue.ConnOptions{})
	p := reexec.Start(t, half, reexec.Options{Args: []string{name}, Timeout: patience})
	c := accept(t, l)
	if q, err := c.Receive(t.Context()); q.ID != 1 || err != nil {
		t.Errorf("%+v, %v", q, err)
	}
	check(t, c.Poll(t.Context())) // the second has begun, and does not fit
	p.Kill()
	var died *queue.PeerDiedError
	_, err := c.Receive(t.Context())
	if !errors.As(err, &died) || !errors.Is(err, queue.ErrPeerDied) || died.PID != p.PID() || died.Role != "dialer" {
		t.Fatalf("Receive = %v", err)
	}
	want := fmt.Sprintf("connection %q: dialer in process %d was killed or exited without Close, within a value", name, p.PID())
	if err.Error() != want {
		t.Errorf("it says %q, want %q", err, want)
	}
	if err := c.Send(t.Context(), answer{}); !errors.Is(err, queue.ErrPeerDied) {
		t.Errorf("Send = %v", err)
	}
}

func TestConnAllocations(t *testing.T) {
	ctx := context.Background()
	name := leaktest.Name("allocs")
	l, err := queue.Listen[item, item](name, queue.ConnOptions{})
	check(t, err)
	defer l.Close()
	c, err := queue.Dial[item, item](ctx, name, queue.ConnOptions{})
	check(t, err)
	defer c.Close()
	s, err := l.Accept(ctx)
	check(t, err)
	defer s.Close()
	if n := testing.AllocsPerRun(200, func() {
		check(t, c.Send(ctx, item{1, 2, 3}))
		if v, err := s.Receive(ctx); v != (item{1, 2, 3}) || err != nil {
			t.Errorf("%+v, %v", v, err)
		}
	}); n != 0 {
		t.Errorf("a value there takes %v allocations", n)
	}
}
