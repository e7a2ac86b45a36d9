//go:build !linux

package proc

import (
	"errors"

	"github.com/shmengine/shmengine/bench/twin"
)

func newEngine(*twin.Program) (system, error) { return nil, errors.ErrUnsupported }
