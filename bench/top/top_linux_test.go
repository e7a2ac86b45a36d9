package top

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/shmarena"
)

var addFunc = engine.NewFunc("top/add", func(_ context.Context, x int) (int, error) { return x + 1, nil }, engine.Idempotent)

// Frames of an engine that works say what it did; when it is closed there are no more.
func TestRun(t *testing.T) {
	name := leaktest.Name("top")
	e, err := engine.Start(t.Context(), engine.Config{Workers: 2, Name: name, ArenaSize: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := errors.Join(e.Close(), shmarena.Unlink(name)); err != nil {
			t.Error(err)
		}
	}()
	frames, meta := 0, 0
	o := Options{Name: name, Interval: minInterval, Begin: func(m Meta) { meta = m.Settings.Workers }}
	err = Run(t.Context(), o, func(f *Frame) error {
		if frames++; frames > 1 {
			if f.Total.Tasks == 0 || f.Console.RSS == 0 || f.Rates[0].PSS == 0 || f.Coordinator.PID != os.Getpid() {
				t.Errorf("%+v", f)
			}
		}
		if frames == 3 {
			return e.Close()
		}
		for i := range 100 {
			if fu, err := addFunc.Submit(t.Context(), e, i); err != nil {
				return err
			} else if r, err := fu.Result(t.Context()); r != i+1 || err != nil {
				t.Errorf("%d, %v", r, err)
			}
		}
		return nil
	})
	if !errors.Is(err, engine.ErrNoEngine) || frames != 3 || meta != 2 {
		t.Errorf("%d frames, %d workers, %v", frames, meta, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := Run(ctx, o, nil); !errors.Is(err, engine.ErrNoEngine) {
		t.Errorf("of a closed engine: %v", err)
	}
}
