package engine

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"
)

func TestStartWithoutInit(t *testing.T) {
	initCalled.Store(false)
	defer initCalled.Store(true)
	if _, err := Start(t.Context(), Config{}); !errors.Is(err, ErrNoInit) {
		t.Error(err)
	}
	start(t, Config{Mode: Goroutines, Workers: 1})
}

func TestStartInWorker(t *testing.T) {
	e := start(t, Config{Workers: 1})
	x := share(t, e, randoms(10))
	if n, err := nestedKernel.Run(t.Context(), e, x); n != 1 || err != nil {
		t.Errorf("a worker started an engine: %d, %v", n, err)
	}
}

func TestStartOfOtherPrograms(t *testing.T) {
	for _, c := range []struct {
		command []string
		text    string
	}{
		{[]string{"/no/such/program"}, "no such file"},
		{[]string{"false"}, "exit code 1"},
		{[]string{"sh", "-c", "echo I am a shell >&2; exit 7"}, "I am a shell"},
		{[]string{"sleep", "60"}, "engine.Init"},
	} {
		within := patience
		if c.command[0] == "sleep" { // which says nothing, and does not end
			within = 200 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(t.Context(), within)
		_, err := Start(ctx, Config{Workers: 2, ArenaSize: 1 << 20, Command: c.command})
		cancel()
		if !errors.Is(err, ErrWorkerStart) {
			t.Errorf("%v: %v", c.command, err)
		}
		wantText(t, err, c.text)
	}
}

func TestConfigIsChecked(t *testing.T) {
	for _, cfg := range []Config{
		{Workers: -1}, {Workers: maxWorkers + 1}, {Mode: 7}, {ArenaSize: -1}, {PartitionTimeout: -1}, {Grace: -1}, {WorkerMemory: -1}, {MaxTasks: -1},
	} {
		if _, err := Start(t.Context(), cfg); err == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
}

func TestManyWorkers(t *testing.T) {
	n := 40
	e := start(t, Config{Workers: n})
	if got := len(e.WorkerPIDs()); got != n || e.Workers() != n {
		t.Errorf("%d workers, want %d", got, n)
	}
	data := randoms(300 * LeafRows)
	if got, err := sumKernel.Run(t.Context(), e, share(t, e, data)); err != nil || got != reference(data) {
		t.Errorf("sum %v, %v", got, err)
	}
}

func TestIdleWorkersAreReplaced(t *testing.T) {
	var log bytes.Buffer
	e := start(t, Config{Workers: 2, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	for _, pid := range e.WorkerPIDs() {
		if err := killProcess(pid); err != nil {
			t.Fatal(err)
		}
	}
	data := randoms(30 * LeafRows)
	if got, err := sumKernel.Run(deadline(t, patience), e, share(t, e, data)); err != nil || got != reference(data) {
		t.Errorf("sum %v, %v", got, err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	wantText(t, errors.New(log.String()), "worker died")
	if s := e.Stats(); s.Deaths != 2 || s.Restarts == 0 {
		t.Errorf("%+v", s)
	}
}
