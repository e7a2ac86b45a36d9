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

// protect takes the right to write away from pages of the region, or gives it
// back. Without pages it does nothing.
func protect(pages []byte, write bool) error {
	if pages == nil {
		return nil
	}
	acc := readable
	if write {
		acc = writable
	}
	return os.NewSyscallError("mprotect", unix.Mprotect(pages, acc.prot()))
}

// mapPrivate maps n bytes of a file copy-on-write. off is a multiple of the page
// size.
func mapPrivate(f *os.File, off, n uint64) ([]byte, error) {
	return mapPart(f, nil, off, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_NORESERVE)
}

// mapWritable and mapReadable map the first n bytes of a file, shared.
func mapWritable(f *os.File, n uint64) ([]byte, error) {
	return mapPart(f, nil, 0, n, writable.prot(), unix.MAP_SHARED)
}

func mapReadable(f *os.File, n uint64) ([]byte, error) {
	return mapPart(f, nil, 0, n, readable.prot(), unix.MAP_SHARED)
}

// mapOver maps a file for reading in place of what is mapped at those addresses. A
// description that can write would keep kernels before 6.7 from it, on a file that
// is sealed.
func mapOver(f *os.File, at []byte) error {
	r, err := reopen(f.Fd(), readable)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = mapPart(r, unsafe.Pointer(unsafe.SliceData(at)), 0, uint64(len(at)), readable.prot(), unix.MAP_SHARED|unix.MAP_FIXED)
	return err
}

// mapPart maps, at an address of the kernel's choice or, fixed, at one.
func mapPart(f *os.File, at unsafe.Pointer, off, n uint64, prot, flags int) ([]byte, error) {
	p, err := unix.MmapPtr(int(f.Fd()), int64(off), at, uintptr(n), prot, flags)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	b := unsafe.Slice((*byte)(p), n)
	_ = unix.Madvise(b, unix.MADV_DONTDUMP) // a core dump would only be larger
	return b, nil
}

// mapBlank maps n bytes that are zero until they are written, and take no memory
// until then.
func mapBlank(n uint64) ([]byte, error) {
	const flags = unix.MAP_PRIVATE | unix.MAP_ANONYMOUS | unix.MAP_NORESERVE
	p, err := unix.MmapPtr(-1, 0, nil, uintptr(n), writable.prot(), flags)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return unsafe.Slice((*byte)(p), n), nil
}

// retire gives a mapping up; its addresses stay reserved, without access, if slices
// may still point there.
func retire(b []byte, handed bool) error {
	switch {
	case b == nil:
		return nil
	case handed:
		return replace(b, unix.PROT_NONE)
	}
	return os.NewSyscallError("munmap", unix.MunmapPtr(unsafe.Pointer(unsafe.SliceData(b)), uintptr(len(b))))
}

// privatePages is how many bytes of a private file mapping are copies. The kernel
// says of each page in /proc/self/pagemap whether it is there (bit 63) or swapped
// out (62), and whether it is the file's (61).
func privatePages(b []byte) (int64, error) {
	f, err := os.Open("/proc/self/pagemap")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	page := uintptr(os.Getpagesize())
	from := uintptr(unsafe.Pointer(unsafe.SliceData(b))) / page
	flags := make([]byte, 8*((uintptr(len(b))+page-1)/page))
	if _, err := f.ReadAt(flags, int64(8*from)); err != nil {
		return 0, err
	}
	n := int64(0)
	for i := 7; i < len(flags); i += 8 {
		if there := flags[i]&0xc0 != 0; there && flags[i]&0x20 == 0 {
			n += int64(page)
		}
	}
	return n, nil
}
