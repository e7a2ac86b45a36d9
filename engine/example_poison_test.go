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

// fragile cannot bear a 13.
var fragile = engine.NewMapper("example/fragile", func(_ *engine.Task, out, in []int64, _ int8) error {
	for i, x := range in {
		if x == 13 {
			os.Exit(1) // or a crash in C, or the OOM killer
		}
		out[i] = x * x
	}
	return nil
})

func ExamplePoisonedError() {
	ctx := context.Background()
	e, err := engine.Start(ctx, engine.Config{Workers: 2, ArenaSize: 16 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()
	x, err := shmarena.Alloc[int64](e.Arena(), 1000)
	if err != nil {
		log.Fatal(err)
	}
	for i := range x.Slice() {
		x.Slice()[i] = int64(i)
	}
	y, err := shmarena.Alloc[int64](e.Arena(), 1000)
	if err != nil {
		log.Fatal(err)
	}
	var bad *engine.PoisonedError
	if err := fragile.Into(ctx, e, y, x, 0); errors.As(err, &bad) {
		fmt.Println("without rows", bad.Rows)
	}
	fmt.Println(y.Slice()[12], y.Slice()[14], y.Slice()[999])
	// Output:
	// without rows [13]
	// 144 196 998001
}
