//go:build !linux

package kernel

import "errors"

func bind(int, []int) error { return errors.ErrUnsupported }
