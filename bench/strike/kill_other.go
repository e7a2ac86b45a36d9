//go:build !linux

package strike

import "errors"

// Kill is not there.
func Kill(int, func() []int) (bool, error) { return false, errors.ErrUnsupported }
