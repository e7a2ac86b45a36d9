package systems

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// writeAll writes all buffers, in one system call if the kernel takes them so.
// It changes bufs.
func writeAll(f *os.File, bufs [][]byte) error {
	fd := int(f.Fd())
	for len(bufs) > 0 {
		n, err := unix.Writev(fd, bufs)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return os.NewSyscallError("writev", err)
		}
		for len(bufs) > 0 && n >= len(bufs[0]) {
			n -= len(bufs[0])
			bufs = bufs[1:]
		}
		if len(bufs) > 0 {
			bufs[0] = bufs[0][n:]
		}
	}
	return nil
}

// readAll fills the buffers in turn. It changes bufs. io.EOF means that nothing
// was there any more.
func readAll(f *os.File, bufs [][]byte) error {
	fd := int(f.Fd())
	first := true
	for len(bufs) > 0 {
		if len(bufs[0]) == 0 {
			bufs = bufs[1:]
			continue
		}
		n, err := unix.Readv(fd, bufs)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return os.NewSyscallError("readv", err)
		case n == 0 && first:
			return io.EOF
		case n == 0:
			return io.ErrUnexpectedEOF
		}
		first = false
		for len(bufs) > 0 && n >= len(bufs[0]) {
			n -= len(bufs[0])
			bufs = bufs[1:]
		}
		if len(bufs) > 0 {
			bufs[0] = bufs[0][n:]
		}
	}
	return nil
}

// newTable makes an unnamed file in memory that holds the columns one after
// the other, for children that inherit it.
func newTable(columns ...[]int64) (*os.File, error) {
	fd, err := unix.MemfdCreate("shmbench-table", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	f := os.NewFile(uintptr(fd), "table")
	for _, c := range columns {
		if _, err := f.Write(bytesOf(c)); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	_, err = f.Seek(0, io.SeekStart)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
