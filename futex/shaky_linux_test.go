package futex_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/shmengine/shmengine/futex"
)

// shaky is a context that panics when it is asked whether it is done for the n-th time.
type shaky struct {
	context.Context
	asked atomic.Int64
	n     int64
}

func (c *shaky) Err() error {
	if c.asked.Add(1) == c.n {
		panic(c)
	}
	return c.Context.Err()
}

// Of two who sleep the first is woken, and its context panics before it can say so: the
// wake is the second's.
func TestContextPanicsAfterTheWake(t *testing.T) {
	s := newSegment(t)
	word := s.word(0)
	for name, wait := range map[string]func(ctx context.Context) error{
		"Wait": func(ctx context.Context) error { return futex.Wait(ctx, word, 0) },
		"WaitAny": func(ctx context.Context) error {
			_, err := futex.WaitAny(ctx, []futex.Waiter{{Word: word}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			dry := &shaky{Context: bg}
			got := make(chan error, 1)
			go func() { got <- wait(dry) }()
			eventually(func() bool { return asleepOn(word) == 1 })
			drain(t, word)
			if err := <-got; err != nil {
				t.Fatal(err)
			}
			out, ctx := make(chan any), &shaky{Context: bg, n: dry.asked.Load()} // its last question
			go func() {
				defer func() { out <- recover() }()
				_ = wait(ctx)
			}()
			eventually(func() bool { return asleepOn(word) == 1 })
			go func() { got <- futex.Wait(bg, word, 0) }()
			eventually(func() bool { return asleepOn(word) == 2 })
			if n, err := futex.Wake(word, 1); n != 1 || err != nil {
				t.Fatalf("Wake = %d, %v", n, err)
			}
			if p := <-out; p != ctx {
				t.Fatalf("the first has ended with %v", p)
			}
			if err := <-got; err != nil {
				t.Fatal(err)
			}
		})
	}
}
