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
