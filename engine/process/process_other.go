//go:build !linux

package process

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

const selfExe = ""

var (
	errNoEntry             = os.ErrNotExist
	sigTerminate os.Signal = os.Kill
)

func start(*Command) (*Process, error) { return nil, errors.ErrUnsupported }

func (*Process) signal(os.Signal) error { return errors.ErrUnsupported }

func drain(*os.File) []byte { return nil }

func writeFile(f *os.File, b []byte) { _, _ = f.Write(b) }

// EndWithParent is not supported on this system.
func EndWithParent() error {
	return fmt.Errorf("process: end with parent: %w", errors.ErrUnsupported)
}

// Inherited is not supported on this system.
func Inherited(i int, _ string) (*os.File, error) {
	return nil, fmt.Errorf("process: inherited file %d: %w", i, errors.ErrUnsupported)
}

// NewFileConn is not supported on this system.
func NewFileConn() (here *FileConn, there *os.File, err error) {
	return nil, nil, fmt.Errorf("process: file connection: %w", errors.ErrUnsupported)
}

// InheritedFileConn is not supported on this system.
func InheritedFileConn(int) (*FileConn, error) {
	return nil, fmt.Errorf("process: file connection: %w", errors.ErrUnsupported)
}

func (*FileConn) send(context.Context, []byte, []*os.File) error { return errors.ErrUnsupported }

func (*FileConn) receive(context.Context) ([]byte, []*os.File, error) {
	return nil, nil, errors.ErrUnsupported
}

func (*Process) conn() (syscall.RawConn, error) { return nil, errors.ErrUnsupported }

func waitFirst(context.Context, []syscall.Conn) ([]int, error) { return nil, errors.ErrUnsupported }

func newBlock() (*os.File, []byte, error) { return nil, nil, errors.ErrUnsupported }

func openBlock(int) (*block, error) { return nil, errors.ErrUnsupported }

func unmapBlock([]byte) {}

func affinity() int { return ofRuntime() }

func hostFiles() fs.FS { return os.DirFS(".") } // no files of cgroups there
