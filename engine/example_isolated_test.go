package engine_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/shmengine/shmengine/engine"
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
