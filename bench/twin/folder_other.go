//go:build !linux

package twin

import (
	"errors"
	"os"
)

func lockFolder(string) (*os.File, error) { return nil, errors.ErrUnsupported }
