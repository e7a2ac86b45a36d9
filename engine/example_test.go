package engine_test

import (
	"context"
	"fmt"
	"log"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

var sumSquares = engine.NewReducer("example/sumsquares", 0.0,
	func(_ *engine.Task, part []float64) (float64, error) { return kernels.Dot(part, part), nil },
	func(a, b float64) float64 { return a + b })

var celsius = engine.NewMapper("example/celsius",
	func(_ *engine.Task, out, in []float64, offset float64) error {
		for i, f := range in {
			out[i] = (f - offset) / 1.8
		}
		return nil
	})

type weights struct {
	Price  engine.In[float64]
	Volume engine.In[float64]
	Total  engine.InOut[float64]
}

var addTurnover = engine.NewKernel("example/turnover", engine.Idempotent,
	func(t *engine.Task, a weights) error {
		price, volume := a.Price.Part(t), a.Volume.Part(t)
		for i := range a.Total.Part(t) {
			a.Total.Part(t)[i] += price[i] * volume[i]
		}
		return nil
	})

type columns struct{ X, Y engine.In[float64] }

var dot = engine.NewColumnReducer("example/dot", 0.0,
	func(t *engine.Task, c columns) (float64, error) { return kernels.Dot(c.X.Part(t), c.Y.Part(t)), nil },
	func(a, b float64) float64 { return a + b })

// A program's main calls Init first; in tests, TestMain does.
func Example() {
	e, err := engine.Start(context.Background(), engine.Config{Workers: 2, ArenaSize: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()
	x, err := shmarena.CopyIn(e.Arena(), []float64{1, 2, 3, 4})
	if err != nil {
		log.Fatal(err)
	}
	total, err := sumSquares.Run(context.Background(), e, x)
	fmt.Println(total, err)
	// Output: 30 <nil>
}

func ExampleMapper() {
	e, _ := engine.Start(context.Background(), engine.Config{Mode: engine.Goroutines, ArenaSize: 1 << 20})
	defer e.Close()
	x, _ := shmarena.CopyIn(e.Arena(), []float64{32, 212})
	y, err := celsius.Run(context.Background(), e, x, 32)
	fmt.Println(y.Slice(), err)
	// Output: [0 100] <nil>
}

func ExampleKernel() {
	e, _ := engine.Start(context.Background(), engine.Config{Mode: engine.Goroutines, ArenaSize: 1 << 20})
	defer e.Close()
	price, _ := shmarena.CopyIn(e.Arena(), []float64{10, 20})
	volume, _ := shmarena.CopyIn(e.Arena(), []float64{1, 2})
	total, _ := shmarena.CopyIn(e.Arena(), []float64{100, 100})
	err := addTurnover.Run(context.Background(), e, 2,
		weights{engine.InOf(price), engine.InOf(volume), engine.InOutOf(total)})
	fmt.Println(total.Slice(), err)
	// Output: [110 140] <nil>
}

func ExampleColumnReducer() {
	e, _ := engine.Start(context.Background(), engine.Config{Mode: engine.Goroutines, ArenaSize: 1 << 20})
	defer e.Close()
	x, _ := shmarena.CopyIn(e.Arena(), []float64{1, 2, 3})
	y, _ := shmarena.CopyIn(e.Arena(), []float64{4, 5, 6})
	fmt.Println(dot.Run(context.Background(), e, columns{engine.InOf(x), engine.InOf(y)}))
	// Output: 32 <nil>
}
