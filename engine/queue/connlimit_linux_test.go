package queue_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/internal/leaktest"
)

// What may be sent with a limit may be received with the same one, to the byte.
func TestConnLimit(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	name, o := leaktest.Name("limit"), queue.ConnOptions{MaxMessage: 1000}
	l, err := queue.Listen[int, string](name, o)
	check(t, err)
	defer l.Close()
	c, err := queue.Dial[string, int](ctx, name, o)
	check(t, err)
	defer c.Close()
	s, err := l.Accept(ctx)
	check(t, err)
	defer s.Close()
	longest := 0
	for n := 900; n <= 1000; n++ {
		want := strings.Repeat("x", n)
		err := c.Send(ctx, want)
		if errors.Is(err, queue.ErrTooLarge) {
			continue
		}
		check(t, err)
		if got, err := s.Receive(ctx); got != want || err != nil {
			t.Fatalf("a string of %d bytes was sent; received: %d bytes, %v", n, len(got), err)
		}
		longest = n
	}
	if want := 1000 - 8 - 8; longest != want { // the tag and the string's length
		t.Errorf("the longest string has %d bytes, want %d", longest, want)
	}
}

// A message that claims to be long makes the receiver allocate no more than it may: less than the message
// has, by far, where the lengths in it lie.
func TestConnHostileAllocation(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	l, name := listen(t, queue.ConnOptions{MaxMessage: 1 << 20})
	var before, after runtime.MemStats
	for _, n := range []uint64{1 << 20, 1 << 32, 1 << 40, 1<<61 + 1, 1 << 63, ^uint64(0)} {
		c, s := dial(t, name, queue.ConnOptions{}), accept(t, l)
		b := tagged(c, 1, 2, n, n)
		runtime.ReadMemStats(&before)
		check(t, c.Raw().SendMessage(ctx, len(b), func(dst []byte) { copy(dst, b) }))
		if _, err := s.Receive(ctx); !errors.Is(err, queue.ErrCorrupt) {
			t.Errorf("a length of %d: %v", n, err)
		}
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > 64<<10 {
			t.Errorf("a length of %d in a message of %d bytes took %d bytes", n, len(b), got)
		}
	}
}
