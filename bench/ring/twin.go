package ring

import (
	"context"
	_ "embed"

	"github.com/shmengine/shmengine/bench/twin"
)

//go:embed twin/twin.c
var twinSource string

// twinFlags are the compiler's.
var twinFlags = []string{"-O3", "-march=native"}

func newTwin(ctx context.Context) (*twin.Program, error) {
	return twin.Compile(ctx, twinSource, twinFlags...)
}
