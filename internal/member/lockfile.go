package member

import (
	"os"
	"syscall"
)

// lockFile is the open file description whose byte locks are this process's
// claims and life. A lock belongs to the description: the kernel drops it when
// the last descriptor of it is closed, however the process ends, and a second
// description in the same process competes like another process.
type lockFile struct {
	file *os.File
	raw  syscall.RawConn
	base int64
}

func newLockFile(f *os.File, base int64) (*lockFile, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	return &lockFile{file: f, raw: raw, base: base}, nil
}

func (l *lockFile) life(i int) int64  { return l.base + int64(i) }
func (l *lockFile) claim(i int) int64 { return l.base + claimAt + int64(i) }
