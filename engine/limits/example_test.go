package limits_test

import (
	"fmt"

	"github.com/shmengine/shmengine/engine/limits"
)

// Each of two workers has a CPU of its own, may write below one folder only, and cannot
// reach the network or start programs.
func ExampleLimits() {
	l := limits.Limits{
		CPUs:  [][]int{{0}, {1}},
		Files: limits.Files{NoWrites: true, Writable: []string{"/var/tmp/out"}},
		Deny:  limits.Exec | limits.Network,
	}
	fmt.Println(l.Validate(), l.For(3, "").CPUs, l.Deny)
	// Output: <nil> [[1]] exec, network
}
