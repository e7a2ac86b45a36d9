//go:build !linux

package shmarena

import "errors"

// Peek returns errors.ErrUnsupported.
func Peek[T any](string, string, []T) (int, error) { return 0, errors.ErrUnsupported }
