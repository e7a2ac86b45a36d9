//go:build !linux

package shmarena

import (
	"context"
	"errors"
	"net"
	"os"
)

// Away from Linux there is no arena to be had.

var errnoNoSpace = errors.New("no space left")

type backingFile struct {
	f  *os.File
	id fileID
}

func (backingFile) close() error                 { return errors.ErrUnsupported }
func (backingFile) held() (uint64, error)        { return 0, errors.ErrUnsupported }
func (backingFile) reserve(uint64, uint64) error { return errors.ErrUnsupported }
func (backingFile) release(uint64, uint64) error { return errors.ErrUnsupported }
func unmapSpace([]byte) error                    { return errors.ErrUnsupported }
func sealRegion([]byte, uint64) error            { return errors.ErrUnsupported }
func protect([]byte, bool) error                 { return errors.ErrUnsupported }
func retire([]byte, bool) error                  { return errors.ErrUnsupported }
func privatePages([]byte) (int64, error)         { return 0, errors.ErrUnsupported }
func lockReader(*os.File) error                  { return errors.ErrUnsupported }
func unlinkOwn(string, fileID) error             { return errors.ErrUnsupported }

// Create returns errors.ErrUnsupported.
func Create(Options) (*Arena, error) { return nil, errors.ErrUnsupported }

// Open returns errors.ErrUnsupported.
func Open(string) (*Arena, error) { return nil, errors.ErrUnsupported }

func openMemfd(string, uint64) (*os.File, error)   { return nil, errors.ErrUnsupported }
func reopen(uintptr, access) (*os.File, error)     { return nil, errors.ErrUnsupported }
func mapReadable(*os.File, uint64) ([]byte, error) { return nil, errors.ErrUnsupported }
func sealedSize(*os.File) (int64, error)           { return 0, errors.ErrUnsupported }

func fillSealed(*os.File, uint64, func([]byte) error) ([]byte, error) {
	return nil, errors.ErrUnsupported
}

func mapPrivate(*os.File, uint64, uint64) ([]byte, error) {
	return nil, errors.ErrUnsupported
}

func openFor(string, access) (*Arena, error) { return nil, errors.ErrUnsupported }
func fromFD(uintptr, access) (*Arena, error) { return nil, errors.ErrUnsupported }

// OpenOrCreate returns errors.ErrUnsupported.
func OpenOrCreate(Options) (*Arena, error) { return nil, errors.ErrUnsupported }

// FromFD returns errors.ErrUnsupported.
func FromFD(uintptr) (*Arena, error) { return nil, errors.ErrUnsupported }

// Unlink returns errors.ErrUnsupported.
func Unlink(string) error { return errors.ErrUnsupported }

// Sweep returns errors.ErrUnsupported.
func Sweep() (Report, error) { return Report{}, errors.ErrUnsupported }

// Inspect returns errors.ErrUnsupported.
func Inspect(string) (*Inspection, error) { return nil, errors.ErrUnsupported }

// Survey returns errors.ErrUnsupported.
func Survey() ([]Found, error) { return nil, errors.ErrUnsupported }

// VerifyNamed returns errors.ErrUnsupported.
func VerifyNamed(string) error { return errors.ErrUnsupported }

// Populate returns errors.ErrUnsupported.
func (a *Arena) Populate() error { return errors.ErrUnsupported }

// Populate returns errors.ErrUnsupported.
func (x Array[T]) Populate() error { return errors.ErrUnsupported }

// SendTo returns errors.ErrUnsupported.
func (a *Arena) SendTo(context.Context, *net.UnixConn) error { return errors.ErrUnsupported }

// Receive returns errors.ErrUnsupported.
func Receive(context.Context, *net.UnixConn) (*Arena, error) { return nil, errors.ErrUnsupported }

// ReceiveReadOnly returns errors.ErrUnsupported.
func ReceiveReadOnly(context.Context, *net.UnixConn) (*Arena, error) {
	return nil, errors.ErrUnsupported
}

// SendTo returns errors.ErrUnsupported.
func (x *Sealed[T]) SendTo(context.Context, *net.UnixConn) error { return errors.ErrUnsupported }

// ReceiveSealed returns errors.ErrUnsupported.
func ReceiveSealed[T any](context.Context, *net.UnixConn) (*Sealed[T], error) {
	return nil, errors.ErrUnsupported
}
