//go:build !linux

package ring

import (
	"errors"
	"os"
)

func involuntary() int64                { return 0 }
func newMemory(int64) (*os.File, error) { return nil, errors.ErrUnsupported }
func newUnix() (a, b *os.File, err error) {
	return nil, nil, errors.ErrUnsupported
}

func newTCP() (a, b *os.File, err error) {
	return nil, nil, errors.ErrUnsupported
}
