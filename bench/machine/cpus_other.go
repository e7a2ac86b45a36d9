//go:build !linux

package machine

import "errors"

// CPUs returns the CPUs that this process may use.
func CPUs() ([]int, error) { return nil, errors.ErrUnsupported }

// Pin binds all threads of this process to some CPUs.
func Pin(...int) error { return errors.ErrUnsupported }
