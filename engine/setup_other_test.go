//go:build !linux

package engine

import "errors"

// There are no workers to kill away from Linux.

func dieNow()                   { panic(errors.ErrUnsupported) }
func stopNow()                  { panic(errors.ErrUnsupported) }
func continueProcess(int) error { return errors.ErrUnsupported }
func killProcess(int) error     { return errors.ErrUnsupported }
func stopProcess(int) error     { return errors.ErrUnsupported }
