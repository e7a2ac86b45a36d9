package ostour

import (
	"context"
	_ "embed"

	"github.com/shmengine/shmengine/bench/twin"
)

//go:embed twin/twin.c
var twinSource string

// newTwin compiles the program that creates what Go cannot.
func newTwin(ctx context.Context) (*twin.Program, error) {
	return twin.Compile(ctx, twinSource, "-O2", "-pthread")
}
