//go:build !linux

package testmem

import (
	"errors"
	"os"
)

// Shared skips the test: there is no shared memory on this system.
func Shared(tb TB, n int) ([]byte, *os.File) {
	tb.Helper()
	tb.Skipf("testmem: shared memory: %v", errors.ErrUnsupported)
	return nil, nil
}

// Map skips the test: there is no shared memory on this system.
func Map(tb TB, f *os.File, n int) []byte {
	tb.Helper()
	tb.Skipf("testmem: shared memory: %v", errors.ErrUnsupported)
	return nil
}

// Guarded skips the test: there are no guard pages on this system.
func Guarded(tb TB, n int, side Side) []byte {
	tb.Helper()
	tb.Skipf("testmem: guard pages: %v", errors.ErrUnsupported)
	return nil
}
