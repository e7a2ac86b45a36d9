package queue_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"weak"

	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/internal/leaktest"
)

// words is a value whose memory can be watched: as long as somebody keeps it the weak pointer has it.
func words() (question, weak.Pointer[string]) {
	w := []string{strings.Repeat("word", 100)}
	return question{Words: w}, weak.Make(&w[0])
}

// kept says whether somebody still has what was sent or received.
func kept(p weak.Pointer[string]) bool {
	for range 3 {
		runtime.GC()
	}
	return p.Value() != nil
}

// An end keeps nothing of a value that it has sent or received: what the program drops is free, however long
// the end lives without another value.
func TestNothingIsKept(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	pair(t, ctx, leaktest.Name("kept"), func(s *queue.Sender[question], r *queue.Receiver[question]) {
		forgets(t, ctx, "a queue", s.Put, r.Get)
		forgets(t, ctx, "a queue without waiting", func(_ context.Context, v question) error { return s.TryPut(v) },
			func(context.Context) (v question, err error) { err = r.TryGet(&v); return v, err })
	})
	l, name := listen(t, queue.ConnOptions{})
	c := dial(t, name, queue.ConnOptions{})
	forgets(t, ctx, "a connection", c.Send, accept(t, l).Receive)
}

// forgets passes a value, and looks whether one of the ends keeps it.
func forgets(t *testing.T, ctx context.Context, what string, put func(context.Context, question) error, get func(context.Context) (question, error)) {
	t.Helper()
	sent := func() weak.Pointer[string] {
		v, p := words()
		check(t, put(ctx, v))
		return p
	}()
	if kept(sent) {
		t.Errorf("%s keeps what was sent", what)
	}
	received := func() weak.Pointer[string] {
		v, err := get(ctx)
		check(t, err)
		return weak.Make(&v.Words[0])
	}()
	if kept(received) {
		t.Errorf("%s keeps what was received", what)
	}
}
