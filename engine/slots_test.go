package engine

import (
	"context"
	"errors"
	"testing"
)

func TestFreeSlotsLastFirst(t *testing.T) {
	ctx := context.Background()
	f := newFreeSlots(3)
	take := func(want int) {
		t.Helper()
		if got, err := f.take(ctx, ctx); got != want || err != nil {
			t.Fatalf("take = %d, %v, want %d", got, err, want)
		}
	}
	take(0)
	take(1)
	f.put(0)
	take(0)
	take(2)
	f.put(1)
	f.put(2)
	take(2)
	take(1)
}

func TestFreeSlotsWait(t *testing.T) {
	live := context.Background()
	done, cancel := context.WithCancel(live)
	cancel()
	f := newFreeSlots(1)
	if _, err := f.take(live, live); err != nil {
		t.Fatal(err)
	}
	if _, err := f.take(done, live); !errors.Is(err, context.Canceled) {
		t.Errorf("take with a context that is done: %v", err)
	}
	if _, err := f.take(live, done); !errors.Is(err, ErrClosed) {
		t.Errorf("take after the end: %v", err)
	}
	got := make(chan int)
	go func() {
		i, _ := f.take(live, live)
		got <- i
	}()
	f.put(0)
	if i := <-got; i != 0 {
		t.Errorf("took %d, want 0", i)
	}
}
