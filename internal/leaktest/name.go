package leaktest

import (
	"fmt"
	"os"
	"sync/atomic"
)

// env hands the tag down to all descendants.
const env = "SHMENGINE_LEAKTEST"

// arenaPrefix is how the file of a named arena begins.
const arenaPrefix = "shmarena-"

var made atomic.Uint32

// Name returns a name for an arena that no other process uses and that is
// recognised as this run's, also when a descendant made it. The hint is for
// the reader.
func Name(hint string) string {
	root := os.Getenv(env)
	if root == "" {
		root = tag()
	}
	return fmt.Sprintf("%s-%d-%d-%s", root, os.Getpid(), made.Add(1), hint)
}

// tag is what all names of this run begin with.
func tag() string { return fmt.Sprintf("t%d", os.Getpid()) }
