package main

import (
	"context"
	"os"
	"time"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/shmarena"
)

// holdEnv has this test binary be a process with an arena of that name.
const holdEnv = "SHMBENCH_HOLD"

// holdArena is that process: it lives until its input ends.
func holdArena(name string) {
	a, err := shmarena.Create(shmarena.Options{Name: name, Size: 1 << 20})
	if err == nil {
		_, err = shmarena.Alloc[byte](a, 1<<19)
	}
	if err != nil {
		os.Stdout.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	os.Stdout.WriteString("held\n")
	_, _ = os.Stdin.Read(make([]byte, 1))
	os.Exit(0)
}

// engineEnv has this test binary be a process with an engine of that name, which works
// all the time.
const engineEnv = "SHMBENCH_ENGINE"

var napFunc = engine.NewFunc("shmbench/nap", func(_ context.Context, d time.Duration) (time.Duration, error) {
	time.Sleep(d)
	return d, nil
}, engine.Idempotent)

// holdEngine is that process: it lives until its input ends.
func holdEngine(name string) {
	_ = os.Unsetenv(engineEnv) // the workers are none
	engine.Init()
	ctx, cancel := context.WithCancel(context.Background())
	e, err := engine.Start(ctx, engine.Config{Workers: 2, Name: name, ArenaSize: 1 << 20})
	if err != nil {
		os.Stdout.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1))
		cancel()
	}()
	for ctx.Err() == nil {
		if f, err := napFunc.Submit(ctx, e, time.Millisecond); err == nil {
			_, _ = f.Result(ctx)
		}
	}
	if e.Close() != nil || shmarena.Unlink(name) != nil {
		os.Exit(1)
	}
	os.Exit(0)
}
