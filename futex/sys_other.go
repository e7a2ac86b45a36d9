//go:build !linux

package futex

import (
	"errors"
	"sync/atomic"
	"time"
)

func aligned(*atomic.Uint32) bool { return true }

func sysWait(*atomic.Uint32, uint32, uint32, time.Duration) error { return errors.ErrUnsupported }

func sysWake(*atomic.Uint32, int, uint32) (int, error) { return 0, errors.ErrUnsupported }

var errNoWaitv = errors.New("futex: no futex_waitv")

func sysWaitAny([]Waiter, time.Duration) (int, error) { return -1, errors.ErrUnsupported }

var start = time.Now()

func now() time.Duration { return time.Since(start) + 1 }
