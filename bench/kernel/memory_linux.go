package kernel

import (
	"os"

	"golang.org/x/sys/unix"
)

func newBlock(bytes int) ([]byte, error) {
	b, err := unix.Mmap(-1, 0, bytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	_ = unix.Madvise(b, unix.MADV_HUGEPAGE) // some kernels have none
	return b, nil
}

func freeBlock(b []byte) error { return os.NewSyscallError("munmap", unix.Munmap(b)) }
