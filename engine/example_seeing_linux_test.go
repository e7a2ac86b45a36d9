package engine_test

import (
	"context"
	"expvar"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/engine/limits"
	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/shmarena"
)

// Workers of this engine are gentle, may write no files, and start no programs.
func ExampleEngine_Report() {
	e, err := engine.Start(context.Background(), engine.Config{
		Workers: 1, ArenaSize: 1 << 20,
		Limits: limits.Limits{Nice: 10, Rlimits: map[limits.Resource]uint64{limits.Core: 0}, Deny: limits.Exec | limits.Trace},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()
	for _, item := range e.Report()[0].Items {
		fmt.Println(item)
	}
	// Output:
	// nice 10: applied
	// rlimit core 0: applied
	// deny exec, trace: applied
}

func ExampleEngine_Snapshot() {
	e, err := engine.Start(context.Background(), engine.Config{Workers: 2, ArenaSize: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()
	x, err := shmarena.CopyIn(e.Arena(), []float64{1, 2, 3, 4})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := sumSquares.Run(context.Background(), e, x); err != nil {
		log.Fatal(err)
	}
	s := e.Snapshot(false)
	fmt.Println(s.Jobs, "job by", len(s.Workers), "workers; memory is known:", s.Workers[0].Usage.RSS > 0)
	// Output: 1 job by 2 workers; memory is known: true
}

// An engine with a name is seen by other programs; this one plays both parts.
func ExampleLookAt() {
	name := leaktest.Name("example") // a name of your own
	e, err := engine.Start(context.Background(), engine.Config{Workers: 2, ArenaSize: 1 << 20, Name: name})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()
	defer e.Arena().Unlink()

	s, err := engine.LookAt(name, false)
	fmt.Println(len(s.Workers), s.Coordinator.PID == os.Getpid(), err)
	// Output: 2 true <nil>
}

func ExampleEngine_Var() {
	e, err := engine.Start(context.Background(), engine.Config{Mode: engine.Goroutines, Workers: 1, ArenaSize: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()
	expvar.Publish("engine", e.Var())
	fmt.Println(strings.HasPrefix(expvar.Get("engine").String(), `{"jobs":0,`))
	// Output: true
}

func ExampleProgress() {
	e, err := engine.Start(context.Background(), engine.Config{
		Mode: engine.Goroutines, Workers: 1, ArenaSize: 1 << 20,
		Progress: func(p engine.Progress) { log.Printf("%s: %d of %d", p.Kernel, p.Done, p.Parts) },
	})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()
	x, err := shmarena.CopyIn(e.Arena(), []float64{3, 4})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sumSquares.Run(context.Background(), e, x)) // too quick to be told of
	// Output: 25 <nil>
}
