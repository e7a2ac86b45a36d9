//go:build !linux

package process

import (
	"errors"
	"fmt"
	"os"
)

const selfExe = ""

var (
	errNoEntry             = os.ErrNotExist
	sigTerminate os.Signal = os.Kill
)

func start(*Command) (*Process, error) { return nil, errors.ErrUnsupported }

func (*Process) signal(os.Signal) error { return errors.ErrUnsupported }

func drain(*os.File) []byte { return nil }

func writeFile(f *os.File, b []byte) { _, _ = f.Write(b) }

// EndWithParent is not supported on this system.
func EndWithParent() error {
	return fmt.Errorf("process: end with parent: %w", errors.ErrUnsupported)
}

// Inherited is not supported on this system.
func Inherited(i int, _ string) (*os.File, error) {
	return nil, fmt.Errorf("process: inherited file %d: %w", i, errors.ErrUnsupported)
}
