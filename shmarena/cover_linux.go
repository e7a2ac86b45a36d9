package shmarena

import (
	"os"

	"golang.org/x/sys/unix"
)

// cover takes the right to read pages away, or gives it back.
func cover(pages []byte, hide bool) error {
	prot := unix.PROT_READ
	if hide {
		prot = unix.PROT_NONE
	}
	return os.NewSyscallError("mprotect", unix.Mprotect(pages, prot))
}
