package report

import (
	"errors"
	"syscall"
)

// limits are errors that say that a limit of the machine or of this process was
// met, and which one may help.
var limits = []struct {
	errno syscall.Errno
	hint  string
}{
	{syscall.EMFILE, "raise ulimit -n"},
	{syscall.ENFILE, "the system's table of open files is full"},
	{syscall.ENOMEM, "raise ulimit -v, or try a smaller --size"},
	{syscall.EAGAIN, "raise ulimit -u"},
	{syscall.ENOSPC, "try a smaller --size"},
	{syscall.ENOSYS, "the kernel is too old, or a sandbox forbids the call"},
	{syscall.EPERM, "a sandbox forbids the call"},
}

// limitHint returns what to do about an error, if it says that the machine
// cannot.
func limitHint(err error) (hint string, ok bool) {
	for _, l := range limits {
		if errors.Is(err, l.errno) {
			return l.hint, true
		}
	}
	return "", false
}
