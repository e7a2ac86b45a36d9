//go:build !linux

package worker

import (
	"errors"
	"os"
)

// NewPipe is not there.
func NewPipe() (r, w *os.File, err error) { return nil, nil, errors.ErrUnsupported }
