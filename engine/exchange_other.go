//go:build !linux

package engine

import (
	"errors"
	"os"
)

func newExchange(int) (*exchange, error)           { return nil, errors.ErrUnsupported }
func mapExchange(*os.File, int) (*exchange, error) { return nil, errors.ErrUnsupported }
func (x *exchange) empty() error                   { return errors.ErrUnsupported }
func (x *exchange) holds(int64) bool               { return false }
func (x *exchange) close() error                   { return errors.ErrUnsupported }
