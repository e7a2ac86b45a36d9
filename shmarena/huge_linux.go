package shmarena

import "golang.org/x/sys/unix"

const (
	// hugeSize is the size of a huge page where it matters (amd64, arm64).
	hugeSize = 2 << 20
	// hugeChunk bounds one madvise, during which the process's mappings are locked.
	hugeChunk = 32 << 20
)

// mappedFile is the memory under the heap: the file, and where it is mapped.
type mappedFile struct {
	backingFile
	region []byte
}

// reserve is backingFile.reserve, but for huge pages where they can be had.
func (m mappedFile) reserve(off, n uint64) error {
	m.collapse(off, n)
	return m.backingFile.reserve(off, n)
}

// collapse has the kernel put huge pages under those parts of a range that are long
// enough. It is a wish: where the kernel is too old, is told not to, or has none, the
// range stays as it is.
//
// It is the one way to them where shmem_enabled is "never", as it usually is. Where
// there is nothing yet the kernel takes a huge page that is zero, which costs a fifth
// of making its 512 pages one by one, and a tenth of making those and moving them
// together; but it wants to find one of them. Each other process then maps it with one
// fault in place of 512, and the processor's prefetchers run on where they would stop
// at the end of a page.
func (m mappedFile) collapse(off, n uint64) {
	from, to := align(off, hugeSize), (off+n)/hugeSize*hugeSize
	for from < to {
		step := min(to-from, hugeChunk)
		if !m.seed(from, from+step) {
			return
		}
		err := unix.Madvise(m.region[from:from+step], unix.MADV_COLLAPSE)
		if err == unix.EINVAL || err == unix.ENOMEM { // never here, or not now
			return
		}
		from += step
	}
}

// seed makes the first page of each huge page in a range, if it can.
func (m mappedFile) seed(from, to uint64) bool {
	for ; from < to; from += hugeSize {
		if unix.Fallocate(int(m.f.Fd()), 0, int64(from), 1) != nil {
			return false
		}
	}
	return true
}
