//go:build !linux

package proc

import "errors"

func newEngine() (system, error) { return nil, errors.ErrUnsupported }
