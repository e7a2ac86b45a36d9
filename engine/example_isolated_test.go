package engine_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/shmarena"
)

// decode is a function that may crash.
var decode = engine.NewFunc("example/decode", func(_ context.Context, text string) (int, error) {
	if text == "bad" {
		os.Exit(7) // or a crash in C
	}
	return len(text), nil
})

func ExampleIsolated() {
	ctx := context.Background()
	e, err := engine.Start(ctx, engine.Config{Mode: engine.Goroutines, ArenaSize: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()
	for _, text := range []string{"good", "bad"} {
		n, err := decode.Isolated().Call(ctx, e, text)
		var crash *engine.WorkerError
		if errors.As(err, &crash) {
			fmt.Println("crashed:", crash.Reason)
			continue
		}
		fmt.Println(n, err)
	}
	// Output:
	// 4 <nil>
	// crashed: exit code 7
}

type column struct{ X engine.In[float64] }

// careless writes to its input, which only it is allowed to read.
var careless = engine.NewFunc("example/careless", func(_ context.Context, c column) (float64, error) {
	c.X.All()[3] = 0
	return 0, nil
})

func ExampleFault() {
	ctx := context.Background()
	e, err := engine.Start(ctx, engine.Config{Mode: engine.Goroutines, ArenaSize: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()
	x, err := shmarena.CopyIn(e.Arena(), []float64{1, 2, 3, 4})
	if err != nil {
		log.Fatal(err)
	}
	_, err = careless.Isolated().Call(ctx, e, column{engine.InOf(x)})
	var crash *engine.WorkerError
	if errors.As(err, &crash) && crash.Fault != nil {
		fmt.Println("a fault in the arena:", crash.Fault.Arena)
	}
	fmt.Println(x.Slice())
	// Output:
	// a fault in the arena: data
	// [1 2 3 4]
}

func ExampleEngine_Resize() {
	ctx := context.Background()
	e, err := engine.Start(ctx, engine.Config{Workers: 1, ArenaSize: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()
	if err := e.Resize(ctx, 3); err != nil {
		log.Fatal(err)
	}
	fmt.Println(e.Workers(), len(e.WorkerPIDs()))
	// Output:
	// 3 3
}
