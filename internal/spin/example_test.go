package spin_test

import (
	"fmt"
	"sync/atomic"

	"github.com/shmengine/shmengine/internal/spin"
)

func ExampleSpinner() {
	var ready atomic.Bool
	go ready.Store(true)

	var s spin.Spinner
	for !ready.Load() {
		if !s.Next() {
			s.Reset() // a real waiter would park here
		}
	}
	fmt.Println("ready")
	// Output: ready
}
