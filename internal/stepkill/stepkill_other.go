//go:build !(linux && amd64)

package stepkill

import (
	"errors"

	"github.com/shmengine/shmengine/internal/reexec"
)

func unsupported() string { return "single steps are written for linux/amd64 only" }

// Region runs f.
func Region(c *reexec.Child, f func()) { f() }

func traceCalls(*scope, Config, int) (Point, error) { return Point{}, errors.ErrUnsupported }

func traceChild(*scope, Config, int, []step, anchor) (Point, []step, error) {
	return Point{}, nil, errors.ErrUnsupported
}
