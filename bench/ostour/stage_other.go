//go:build !linux

package ostour

import (
	"context"
	"errors"
)

type stage struct{ cpus []int }

func newStage(context.Context) (*stage, error) { return nil, errors.ErrUnsupported }

func (s *stage) close() error                       { return nil }
func (s *stage) probes() map[string]probe           { return nil }
func (s *stage) absent([]subject) map[string]string { return nil }
