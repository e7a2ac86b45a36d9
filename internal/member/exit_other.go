//go:build !linux

package member

import (
	"context"
	"errors"
)

type exit struct{}

func openExit(uint32) (exit, error) { return exit{}, errors.ErrUnsupported }

func (exit) close() {}

func (exit) wait(context.Context) bool { return false }
