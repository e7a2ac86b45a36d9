//go:build !linux

package lock

import (
	"errors"
	"os"
)

func monotonic() int64                    { return 0 }
func yieldCPU()                           {}
func cpus() ([]int, error)                { return nil, errors.ErrUnsupported }
func pin(...int) error                    { return errors.ErrUnsupported }
func newBoardFile() (*os.File, error)     { return nil, errors.ErrUnsupported }
func mapBoard(*os.File) ([]byte, error)   { return nil, errors.ErrUnsupported }
func unmapBoard([]byte) error             { return errors.ErrUnsupported }
func resident(int) (float64, error)       { return 0, errors.ErrUnsupported }
func asleep(int) (bool, error)            { return false, errors.ErrUnsupported }
func lockFolder(string) (*os.File, error) { return nil, errors.ErrUnsupported }
