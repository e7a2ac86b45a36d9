// Child is a program that can do nothing but say that it has started: what a small
// program of a user's pays for a process. Package proc compiles and starts it.
package main

import (
	"fmt"
	"os"

	_ "github.com/shmengine/shmengine/bench/proc/stamp" // its entry
	"github.com/shmengine/shmengine/engine/process"
)

func main() {
	process.Init()
	fmt.Fprintln(os.Stderr, "child: started by hand; this is a part of shmbench proc")
	os.Exit(2)
}
