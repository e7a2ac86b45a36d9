package chaos_test

import (
	"context"
	"fmt"

	"github.com/shmengine/shmengine/bench/chaos"
)

// Jobs of the first two kinds, in which one attempt in twenty kills its worker.
func ExampleRun() {
	r, err := chaos.Run(context.Background(), chaos.Options{Seed: 11, Kill: 0.05, Jobs: 2, Workers: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("wrong answers:", len(r.Wrong), "left behind:", len(r.Left), "workers died:", r.Deaths > 0)
	// Output: wrong answers: 0 left behind: 0 workers died: true
}
