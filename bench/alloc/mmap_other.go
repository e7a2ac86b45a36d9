//go:build !linux

package alloc

import (
	"errors"
	"os"
)

func newMapper() (program, error)       { return nil, errors.ErrUnsupported }
func newMemory(int64) (*os.File, error) { return nil, errors.ErrUnsupported }
