package shmarena

import (
	"fmt"
	"os"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
)

func TestMain(m *testing.M) {
	reexec.Main() // a child has the folder of the tests
	leaktest.Main(m, ownTemp())
}

// ownTemp has the tests use a folder of their own for temporary files, in which each Sweep leaves its lock. A
// program must not remove that: another one may be waiting for it.
func ownTemp() (remove func()) {
	dir, err := os.MkdirTemp("", "shm")
	if err == nil {
		err = os.Setenv("TMPDIR", dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "shmarena: a folder for the tests:", err)
		os.Exit(1)
	}
	return func() { _ = os.RemoveAll(dir) }
}
