//go:build !linux

package ringbuf

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// memory is the mapping of one connection.
type memory []byte

func (memory) unmap() error { return nil }

// Dial returns errors.ErrUnsupported on this system.
func Dial(context.Context, string, ConnOptions) (*Conn, error) {
	return nil, fmt.Errorf("dial: %w", errors.ErrUnsupported)
}

// ConnPair returns errors.ErrUnsupported on this system.
func ConnPair(ConnOptions) (a, b *Conn, err error) {
	return nil, nil, fmt.Errorf("connection: %w", errors.ErrUnsupported)
}

func take(line *net.UnixConn, _ ConnOptions, _ string) (*Conn, error) {
	return nil, errors.Join(errors.ErrUnsupported, line.Close())
}

func bind(string) (*net.UnixListener, error) { return nil, errors.ErrUnsupported }

func peerOf(*net.UnixConn) (pid, uid int, err error) { return 0, 0, errors.ErrUnsupported }

// SweepListeners needs Linux.
func SweepListeners(string, bool) ([]string, error) { return nil, errors.ErrUnsupported }
