package main

import (
	"os"

	"github.com/shmengine/shmengine/shmarena"
)

// holdEnv has this test binary be a process with an arena of that name.
const holdEnv = "SHMBENCH_HOLD"

// holdArena is that process: it lives until its input ends.
func holdArena(name string) {
	a, err := shmarena.Create(shmarena.Options{Name: name, Size: 1 << 20})
	if err == nil {
		_, err = shmarena.Alloc[byte](a, 1<<19)
	}
	if err != nil {
		os.Stdout.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	os.Stdout.WriteString("held\n")
	_, _ = os.Stdin.Read(make([]byte, 1))
	os.Exit(0)
}
