package ostour_test

import (
	"context"
	"fmt"

	"github.com/shmengine/shmengine/bench/ostour"
)

// Is a system call dearer than a call of a function?
func ExampleRun() {
	r, err := ostour.Run(context.Background(), ostour.Options{Case: "call"})
	if err != nil {
		fmt.Println(err)
		return
	}
	function, _ := r.Case("call").Figure("function", "p50_ns")
	system, _ := r.Case("call").Figure("getppid", "p50_ns")
	fmt.Println(system.Value > function.Value)
	// Output: true
}
