//go:build !linux

package lock

import (
	"errors"
	"os"
)

func yieldCPU()                         {}
func newBoardFile() (*os.File, error)   { return nil, errors.ErrUnsupported }
func mapBoard(*os.File) ([]byte, error) { return nil, errors.ErrUnsupported }
func unmapBoard([]byte) error           { return errors.ErrUnsupported }
func resident(int) (float64, error)     { return 0, errors.ErrUnsupported }
func asleep(int) (bool, error)          { return false, errors.ErrUnsupported }
