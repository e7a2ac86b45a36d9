//go:build !linux

package account

import "errors"

func processIO(int) (Usage, int, error) { return Usage{}, 0, errors.ErrUnsupported }

type trace struct{}

func openTrace([]int) (*trace, error) { return nil, errors.ErrUnsupported }
func (*trace) read() (int64, error)   { return 0, errors.ErrUnsupported }
func (*trace) close() error           { return nil }
