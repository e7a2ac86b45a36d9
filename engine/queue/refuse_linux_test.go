package queue_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/internal/flat"
	"github.com/shmengine/shmengine/internal/leaktest"
)

func TestTypeAndCapacityDiffer(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	type order struct {
		ID    int64
		Price [2]float64
		Flags uint32
	}
	type other struct {
		ID    int64
		Price [2]float64
		Flags int32
	}
	name := leaktest.Name("types")
	pair(t, ctx, name, func(*queue.Sender[order], *queue.Receiver[order]) {
		_, err := queue.Send[other](ctx, name, queue.Options{})
		if !errors.Is(err, queue.ErrType) || !strings.Contains(err.Error(), `"Flags uint32" where this program has "Flags int32"`) {
			t.Errorf("Send of another type = %v", err)
		}
		_, err = queue.Send[int64](ctx, name, queue.Options{})
		if !errors.Is(err, queue.ErrType) {
			t.Errorf("Send of a number = %v", err)
		}
		_, err = queue.Receive[order](ctx, name, queue.Options{Capacity: 8})
		if !errors.Is(err, queue.ErrCapacity) {
			t.Errorf("Receive with another capacity = %v", err)
		}
		_, err = queue.Receive[order](ctx, name, queue.Options{Single: true})
		if !errors.Is(err, queue.ErrBusy) {
			t.Errorf("a second single receiver: %v", err)
		}
	})
}

func TestBadArguments(t *testing.T) {
	ctx, name := t.Context(), leaktest.Name("bad")
	if _, err := queue.Send[struct{ F func() }](ctx, name, queue.Options{}); !errors.Is(err, flat.ErrType) {
		t.Errorf("Send of functions = %v", err)
	}
	for _, bad := range []string{"", "a/b", strings.Repeat("x", 200)} {
		if _, err := queue.Send[int64](ctx, bad, queue.Options{}); !errors.Is(err, queue.ErrArgument) {
			t.Errorf("Send to %q = %v", bad, err)
		}
	}
	if _, err := queue.Send[int64](ctx, name, queue.Options{Capacity: -1}); !errors.Is(err, queue.ErrArgument) {
		t.Errorf("Send with a negative capacity = %v", err)
	}
}
