package queue

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/shmengine/shmengine/ringbuf"
)

// The socket of NAME is /dev/shm/shmqueue-UID/NAME. The folder is the user's alone, so that no one else
// can take names, or hold the lock under which they are taken. It is there while somebody listens.
const socketFolder = "/dev/shm/shmqueue-"

func folder() string { return fmt.Sprint(socketFolder, os.Geteuid()) }

func socketPath(name string) string { return filepath.Join(folder(), name) }

// listenSocket binds the name. Whoever stops listening removes the folder if it is empty, maybe just before
// we use it.
func listenSocket(name string, o ConnOptions) (*ringbuf.Listener, func() error, error) {
	if !connects {
		return nil, nil, errors.ErrUnsupported
	}
	for range tries {
		if err := makeFolder(); err != nil {
			return nil, nil, err
		}
		l, err := ringbuf.Listen(socketPath(name), o.ring())
		switch {
		case err == nil:
			return l, removeFolder, nil
		case errors.Is(err, syscall.EADDRINUSE):
			return nil, nil, fmt.Errorf("%w: a living program listens there", ErrBusy)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, nil, err
		}
	}
	return nil, nil, fmt.Errorf("%s was removed %d times meanwhile: %w", folder(), tries, ErrBusy)
}

// makeFolder makes the folder, or makes sure that it is what we would have made.
func makeFolder() error {
	err := os.Mkdir(folder(), 0o700)
	if err == nil || !errors.Is(err, fs.ErrExist) {
		return err
	}
	return unless(checkFolder(), fs.ErrNotExist) // which will be tried again
}

// checkFolder makes sure that the folder is the user's alone: in one that somebody else has made there
// could be anybody's socket.
func checkFolder() error {
	st, err := os.Lstat(folder())
	if err != nil {
		return err
	}
	if !st.IsDir() || st.Mode().Perm()&0o077 != 0 || !ours(st) {
		return fmt.Errorf("%s is no folder of ours alone (%v): %w", folder(), st.Mode(), fs.ErrPermission)
	}
	return nil
}

// removeFolder removes the folder when nobody listens any more.
func removeFolder() error {
	err := os.Remove(folder())
	if errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, syscall.EEXIST) || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func dialSocket(ctx context.Context, name string, o ConnOptions) (*ringbuf.Conn, error) {
	if !connects {
		return nil, errors.ErrUnsupported
	}
	err := checkFolder()
	var c *ringbuf.Conn
	if err == nil {
		c, err = ringbuf.Dial(ctx, socketPath(name), o.ring())
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil, fmt.Errorf("%w: %w", ErrNobody, err)
	}
	return c, err
}

// SweepListeners returns the names at which programs of this user listened that were killed, and frees
// them if remove is set. Listen does so by itself for the name that it takes; this is for those that
// nobody takes again. Names at which a living program listens stay.
func SweepListeners(remove bool) (dead []string, err error) {
	if err := checkFolder(); err != nil {
		return nil, unless(err, fs.ErrNotExist)
	}
	dead, err = ringbuf.SweepListeners(folder(), remove)
	if err == nil && remove {
		err = removeFolder()
	}
	return dead, err
}
