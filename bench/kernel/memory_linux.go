package kernel

import (
	"os"

	"golang.org/x/sys/unix"
)

func newBlock(bytes int) ([]byte, error) {
	b, err := unix.Mmap(-1, 0, bytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	return b, os.NewSyscallError("mmap", err)
}

// askHuge asks for large pages, which some kernels have not.
func askHuge(b []byte) { _ = unix.Madvise(b, unix.MADV_HUGEPAGE) }

func freeBlock(b []byte) error { return os.NewSyscallError("munmap", unix.Munmap(b)) }
