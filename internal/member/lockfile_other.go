//go:build !linux

package member

import "errors"

func (l *lockFile) try(int64) (bool, error) { return false, errors.ErrUnsupported }

func (l *lockFile) unlock(int64) error { return errors.ErrUnsupported }

func (l *lockFile) held(int64, int) (bool, error) { return false, errors.ErrUnsupported }
