//go:build linux

package shmarena

import (
	"errors"
	"os"
	"unsafe"

	"github.com/edsrzf/mmap-go"
	"golang.org/x/sys/unix"
)

// mapRegion maps the whole of an arena's file, holes included. The region lies
// within space, which is what unmapSpace takes.
func mapRegion(f *os.File, size uint64, acc access) (region, space []byte, err error) {
	prot := mmap.RDWR
	if acc == readable {
		prot = mmap.RDONLY
	}
	space, err = mmap.MapRegion(f, int(size+alignSlack(size)), prot, 0, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("mmap", err)
	}
	region, err = alignRegion(f, space, size, acc.prot())
	if err == nil {
		// A core dump that holds an arena takes seconds to write, and the process
		// counts as alive for as long.
		err = os.NewSyscallError("madvise", unix.Madvise(region, unix.MADV_DONTDUMP))
	}
	if err != nil {
		return nil, nil, errors.Join(err, unmapSpace(space))
	}
	return region, space, nil
}

// alignSlack is how much longer the space must be than the region.
func alignSlack(size uint64) uint64 {
	if size < hugeSize {
		return 0
	}
	return hugeSize
}

// alignRegion moves the mapping within its space to where huge pages fit: the
// address of each huge page of the file is a multiple of its size. What is left
// of the space at both ends becomes addresses without access.
func alignRegion(f *os.File, space []byte, size uint64, prot int) ([]byte, error) {
	if alignSlack(size) == 0 {
		return space, nil
	}
	skip := -uint64(uintptr(unsafe.Pointer(unsafe.SliceData(space)))) % hugeSize
	region := space[skip : skip+size : skip+size]
	_, err := unix.MmapPtr(int(f.Fd()), 0, unsafe.Pointer(unsafe.SliceData(region)), uintptr(size),
		prot, unix.MAP_SHARED|unix.MAP_FIXED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return region, errors.Join(replace(space[:skip], unix.PROT_NONE), replace(space[skip+size:], unix.PROT_NONE))
}

// unmapSpace gives the range up.
func unmapSpace(space []byte) error {
	m := mmap.MMap(space)
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
	if len(b) == 0 {
		return nil
	}
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
