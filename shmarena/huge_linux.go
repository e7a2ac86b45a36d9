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

// reserve is backingFile.reserve, and then asks for huge pages.
func (m mappedFile) reserve(off, n uint64) error {
	if err := m.backingFile.reserve(off, n); err != nil {
		return err
	}
	m.collapse(off, n)
	return nil
}

// collapse has the kernel put huge pages under those parts of a reserved range
// that are long enough. It is a wish: where the kernel is too old, is told not to,
// or has none, the pages stay as they are.
//
// It is the one way to them where shmem_enabled is "never", as it usually is. It
// zeroes and maps the pages at once, which costs less than touching them one by
// one; each other process then maps them with one fault in place of 512, and the
// processor's prefetchers run on where they would stop at the end of a page.
func (m mappedFile) collapse(off, n uint64) {
	from, to := align(off, hugeSize), (off+n)/hugeSize*hugeSize
	for from < to {
		step := min(to-from, hugeChunk)
		err := unix.Madvise(m.region[from:from+step], unix.MADV_COLLAPSE)
		if err == unix.EINVAL || err == unix.ENOMEM { // never here, or not now
			return
		}
		from += step
	}
}
