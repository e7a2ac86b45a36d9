package advise_test

import (
	"fmt"

	"github.com/shmengine/shmengine/bench/advise"
)

// What a machine like this one would do with a workload is a matter of arithmetic.
func ExampleRecommend() {
	machine := &advise.Figures{
		CPUs: 2, Speed: 2, Read1: 10, ReadAll: 20, Copy: 10, PipeByte: 0.25, Start: 1e6,
		Job:   map[string]float64{advise.Goroutines: 1000, advise.Engine: 4000, advise.CopyIn: 4000, advise.Pipe: 10_000},
		Task:  map[string]float64{advise.Single: 5, advise.Goroutines: 50, advise.Engine: 100, advise.CopyIn: 100, advise.Pipe: 5000},
		Crash: map[string]float64{advise.Engine: 2e6, advise.CopyIn: 2e6, advise.Pipe: 2e6},
	}
	work := advise.Workload{Bytes: 256 << 20, Cost: 10, Workers: 2, Partition: 1 << 20}
	fmt.Println(advise.Recommend(machine, work).Way)

	work.Risk = 0.01 // that a partition kills its process
	fmt.Println(advise.Recommend(machine, work).Way)
	fmt.Printf("%.1f deaths of the service, or %.1f of a worker\n",
		advise.Predict(machine, work, advise.Goroutines, 1<<20).Crashes, advise.Predict(machine, work, advise.Engine, 1<<20).Crashes)
	// Output:
	// goroutines
	// engine
	// 12.1 deaths of the service, or 2.6 of a worker
}
