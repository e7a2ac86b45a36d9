package main

import (
	"context"
	"fmt"
	"log"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

// Kernels are package variables: every process of the program knows them by name.
var sumSquares = engine.NewReducer("sumsquares", 0.0,
	func(_ *engine.Task, part []float64) (float64, error) { return kernels.Dot(part, part), nil },
	func(a, b float64) float64 { return a + b })

var scale = engine.NewMapper("scale", func(_ *engine.Task, out, in []float64, k float64) error {
	for i, x := range in {
		out[i] = k * x
	}
	return nil
})

func main() {
	engine.Init() // becomes a worker here if a coordinator started this process
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	e, err := engine.Start(ctx, engine.Config{Workers: 2})
	if err != nil {
		return err
	}
	defer e.Close()

	data := make([]float64, 1<<20)
	for i := range data {
		data[i] = float64(i % 10)
	}
	x, err := shmarena.CopyIn(e.Arena(), data) // the only copy: workers use it where it lies
	if err != nil {
		return err
	}
	y, err := scale.Run(ctx, e, x, 2)
	if err != nil {
		return err
	}
	total, err := sumSquares.Run(ctx, e, y)
	if err != nil {
		return err
	}
	fmt.Printf("sum of squares %v, from workers %d\n", total, len(e.WorkerPIDs()))
	return nil
}
