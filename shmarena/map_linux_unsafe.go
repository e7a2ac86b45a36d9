//go:build linux

package shmarena

import (
	"errors"
	"os"
	"unsafe"

	"github.com/edsrzf/mmap-go"
	"golang.org/x/sys/unix"
)

// mapRegion maps the whole of an arena's file, holes included.
func mapRegion(f *os.File, size uint64) ([]byte, error) {
	m, err := mmap.MapRegion(f, int(size), mmap.RDWR, 0, 0)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	// A core dump that holds an arena takes seconds to write, and the process
	// counts as alive for as long.
	if err := unix.Madvise(m, unix.MADV_DONTDUMP); err != nil {
		return nil, errors.Join(os.NewSyscallError("madvise", err), m.Unmap())
	}
	return m, nil
}

// unmapRegion gives the range up.
func unmapRegion(region []byte) error {
	m := mmap.MMap(region)
	return os.NewSyscallError("munmap", m.Unmap())
}

// sealRegion takes the arena out of a range that slices may still point into,
// and keeps the range: the tables become zero pages that are read-only, so that
// a Slice that comes too late reads "free"; the blocks become addresses
// without access. Both replace the old mapping in one step.
//
// Preconditions:
//   - nobody writes to the tables any more
func sealRegion(region []byte, tables uint64) error {
	err := replace(region[:tables], unix.PROT_READ)
	return errors.Join(err, replace(region[tables:], unix.PROT_NONE))
}

func replace(b []byte, prot int) error {
	const flags = unix.MAP_FIXED | unix.MAP_PRIVATE | unix.MAP_ANONYMOUS | unix.MAP_NORESERVE
	_, err := unix.MmapPtr(-1, 0, unsafe.Pointer(unsafe.SliceData(b)), uintptr(len(b)), prot, flags)
	return os.NewSyscallError("mmap", err)
}

// populate maps the pages of a part of the region that is reserved, so that
// its first use does not fault page by page.
func populate(b []byte) error {
	for {
		err := unix.Madvise(b, unix.MADV_POPULATE_READ)
		if err != unix.EINTR && err != unix.EAGAIN {
			return os.NewSyscallError("madvise", err)
		}
	}
}
