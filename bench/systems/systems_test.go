package systems

import (
	"context"
	"errors"
	"testing"

	"github.com/shmengine/shmengine/bench/byhour"
	"github.com/shmengine/shmengine/bench/flights"
	"github.com/shmengine/shmengine/bench/worker"
	"github.com/shmengine/shmengine/engine"
)

func sample(tb testing.TB) flights.Columns {
	tb.Helper()
	c, err := flights.Sample()
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// start starts a system by name, or skips where it cannot be.
func start(tb testing.TB, name string, workers int) System {
	tb.Helper()
	var s System
	var err error
	switch name {
	case Engine:
		s, err = startEngine(workers)
	case EngineCopyIn:
		if s, err = startEngine(workers); err == nil {
			s = &copyInOwner{NewEngineCopyIn(s.(*inEngine).e), s}
		}
	case Goroutines:
		s = NewGoroutines(workers)
	case Single:
		s = NewSingle()
	case Pipe:
		s, err = NewPipe(workers)
	case PipeGob:
		s, err = NewPipeGob(workers)
	case PyPool:
		s, err = NewPyPool(workers)
	}
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, ErrNoPython) {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("%s: Close: %v", name, err)
		}
	})
	return s
}

func startEngine(workers int) (System, error) {
	e, err := engine.Start(context.Background(), engine.Config{Workers: workers, ArenaSize: 512 << 20})
	if err != nil {
		return nil, err
	}
	return NewEngine(e), nil
}

// copyInOwner closes the engine together with the system that borrowed it.
type copyInOwner struct {
	System
	owner System
}

func (c *copyInOwner) Close() error { return errors.Join(c.System.Close(), c.owner.Close()) }

var names = []string{Engine, EngineCopyIn, Goroutines, Single, Pipe, PipeGob, PyPool}

// TestSystemsAgree runs every system on tables of odd lengths, twice on each.
func TestSystemsAgree(t *testing.T) {
	c := sample(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			for _, workers := range []int{1, 3} {
				s := start(t, name, workers)
				for _, rows := range []int{1, byhour.LeafRows, c.Len()} {
					checkJob(t, s, c.Prefix(rows))
				}
			}
		})
	}
}

func checkJob(t *testing.T, s System, c flights.Columns) {
	t.Helper()
	ctx := context.Background()
	job, err := s.Prepare(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	want := byhour.Exact(c)
	one, err := (&goroutinesJob{1, c, make([]byhour.Partial, byhour.Leaves(c.Len()))}).Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got, err := job.Run(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := got.Near(&want, 1e-12); err != nil {
			t.Errorf("%d rows: %v", c.Len(), err)
		}
		if Exact(s.Name()) && *got != *one {
			t.Errorf("%d rows: not the bits of one goroutine", c.Len())
		}
	}
	if err := job.Close(); err != nil {
		t.Error(err)
	}
}

func TestCancelled(t *testing.T) {
	c := sample(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			s := start(t, name, 2)
			job, err := s.Prepare(context.Background(), c)
			if err != nil {
				t.Fatal(err)
			}
			defer job.Close()
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			if _, err := job.Run(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("Run: %v", err)
			}
		})
	}
}

// TestDeadWorkerIsAnError kills a worker of each kind of process.
func TestDeadWorkerIsAnError(t *testing.T) {
	c := sample(t).Tile(1_000_000)
	for _, name := range []string{Pipe, PipeGob, PyPool} {
		t.Run(name, func(t *testing.T) {
			s := start(t, name, 2)
			job, err := s.Prepare(context.Background(), c)
			if err != nil {
				t.Fatal(err)
			}
			defer job.Close()
			var w *worker.Worker
			switch s := s.(type) {
			case *pipe:
				w = s.ws[1]
			case *pipeGob:
				w = s.ws[1]
			case *pyPool:
				w = s.live.w
			}
			if err := w.Child.Kill(); err != nil {
				t.Fatal(err)
			}
			if _, err := job.Run(context.Background()); err == nil {
				t.Error("Run with a dead worker succeeded")
			}
		})
	}
}

func BenchmarkSystems(b *testing.B) {
	c := sample(b).Tile(8 << 20)
	for _, name := range names {
		b.Run(name, func(b *testing.B) {
			table := c
			if name == PyPool || name == PipeGob {
				table = c.Prefix(1 << 20)
			}
			job, err := start(b, name, 2).Prepare(context.Background(), table)
			if err != nil {
				b.Fatal(err)
			}
			defer job.Close()
			b.SetBytes(table.Bytes())
			for b.Loop() {
				if _, err := job.Run(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(table.Len())/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}
